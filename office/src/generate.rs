//! Made-up registers of any size, for trials: the same seed text gives the same bytes everywhere.
//!
//! The source files look as an office keeps them: UTF-8, LF, headers in Chinese. Every row follows from the seed text
//! and its own number alone (SHA-256 of `<seed> <purpose> <row>`), so a million rows stream without being held. Firms,
//! people, credit codes (their organisation code begins with `YH`) and certificate numbers are invented; a likeness to
//! a real one is chance.
//!
//! ```
//! let mut file = Vec::new();
//! yaohao_office::generate::targets("any text", 3, &mut file)?;
//! assert_eq!(String::from_utf8_lossy(&file).lines().count(), 4);
//! # Ok::<(), std::io::Error>(())
//! ```

use sha2::{Digest, Sha256};
use std::io::{self, BufWriter, Write};
use yaohao::ident::credit::credit_check;

/// Counties of Zhejiang: code, city, county. The codes are real.
#[rustfmt::skip]
const COUNTIES: [(&str, &str, &str); 16] = [
    ("330106", "杭州", "西湖"), ("330109", "杭州", "萧山"), ("330110", "杭州", "余杭"),
    ("330203", "宁波", "海曙"), ("330212", "宁波", "鄞州"), ("330282", "宁波", "慈溪"),
    ("330302", "温州", "鹿城"), ("330381", "温州", "瑞安"), ("330402", "嘉兴", "南湖"),
    ("330481", "嘉兴", "海宁"), ("330602", "绍兴", "越城"), ("330681", "绍兴", "诸暨"),
    ("330702", "金华", "婺城"), ("330782", "金华", "义乌"), ("330902", "舟山", "定海"),
    ("330903", "舟山", "普陀"),
];

/// The cities of [`COUNTIES`], ascending.
const CITIES: [&str; 7] = ["3301", "3302", "3303", "3304", "3306", "3307", "3309"];

/// Matters of inspection, ascending, and how firms of that kind call their trade.
const ITEMS: [(&str, [&str; 4]); 3] = [
    ("guandao", ["天然气管道", "石油管道运输", "管道输气", "燃气长输管道"]),
    ("minbao", ["民用爆破器材", "民爆器材", "民爆物品", "爆破器材"]),
    ("yanhua", ["烟花爆竹", "烟花爆竹销售", "花炮", "烟花"]),
];

const QUALIFICATIONS: [&str; 4] = ["baopo", "dianqi", "texiang", "weihua"];
const REASONS: [&str; 4] = ["kinship", "shareholding", "former-employee", "rotation"];
const SURNAMES: [&str; 16] =
    ["王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭"];
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉力玲红梅斌宇浩凯琳晓雪峰鹏雷婷欣";
const TRADE: &str = "屿樾翎沅蘅昀霁岑澈柘榕鸢墨禾砚朔渚溪岚旻筠瑶钧霖宸煦珩苇莳泊";

/// How many different credit codes there are: 31⁶, six characters of [`CODE`].
const CODES: u64 = 887_503_681;
const CODE: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// How many certificate numbers there are: eight digits.
const CERTIFICATES: u64 = 100_000_000;

/// The random source of one row: SHA-256 of the text, then of `<text> 1`, `<text> 2`, …
struct Dice {
    text: String,
    block: Vec<u8>,
    more: u64,
}

impl Dice {
    fn new(seed: &str, purpose: &str, row: u64) -> Self {
        let text = format!("{seed} {purpose} {row}");
        let block = Sha256::digest(text.as_bytes()).to_vec();
        Self { text, block, more: 0 }
    }

    /// A number below `n` (which is below 2³² here; the bias of less than n/2³² matters to no trial).
    fn below(&mut self, n: u64) -> u64 {
        if self.block.len() < 4 {
            self.more += 1;
            self.block = Sha256::digest(format!("{} {}", self.text, self.more).as_bytes()).to_vec();
        }
        let word = self.block.drain(..4).fold(0, |w, byte| w << 8 | u64::from(byte));
        (word * n) >> 32
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> io::Result<T> {
        at(from, self.below(u64::try_from(from.len()).unwrap_or(0)))
    }

    /// A word of `least` or one more of these characters.
    fn word(&mut self, least: u64, from: &str) -> String {
        let n = u64::try_from(from.chars().count()).unwrap_or(0);
        let length = least + self.below(2);
        (0..length).filter_map(|_| usize::try_from(self.below(n)).ok().and_then(|i| from.chars().nth(i))).collect()
    }
}

/// An element, or an error when there is none.
fn at<T: Copy>(from: &[T], index: u64) -> io::Result<T> {
    let element = usize::try_from(index).ok().and_then(|i| from.get(i));
    element.copied().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "nothing to choose from"))
}

/// A permutation of 0..n (four rounds of Feistel, walked until below n): makes numbers unique without any state.
struct Shuffle {
    keys: Vec<u64>,
    half: u32,
    n: u64,
}

impl Shuffle {
    fn new(seed: &str, purpose: &str, n: u64) -> Self {
        let hash = Sha256::digest(format!("{seed} {purpose} order").as_bytes());
        let keys = hash.chunks(8).map(|c| c.iter().fold(0, |k, byte| k << 8 | u64::from(*byte))).collect();
        Self { keys, half: (u64::BITS - n.leading_zeros()).div_ceil(2).max(1), n }
    }

    /// The place of `i`; an error if there is none.
    fn of(&self, i: u64) -> io::Result<u64> {
        if i >= self.n {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("more than {} rows", self.n)));
        }
        let mask = (1 << self.half) - 1;
        let mut place = i;
        loop {
            for key in &self.keys {
                let (left, right) = (place >> self.half, place & mask);
                let mut mixed = (right ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                mixed = (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                place = right << self.half | (left ^ mixed >> 32) & mask;
            }
            if place < self.n {
                return Ok(place);
            }
        }
    }
}

/// A code of enterprises (`91`) of this county, whose organisation code is `YH`, the digits of `number` and its own
/// check character (GB 11714).
fn code(county: &str, mut number: u64) -> io::Result<String> {
    let mut digits = [' '; 6];
    for digit in digits.iter_mut().rev() {
        *digit = usize::try_from(number % 31).ok().and_then(|i| CODE.chars().nth(i)).unwrap_or('0');
        number /= 31;
    }
    let organisation: String = ['Y', 'H'].into_iter().chain(digits).collect();
    let values = organisation.chars().filter_map(|c| c.to_digit(36));
    let sum: u32 = values.zip([3, 7, 9, 10, 5, 8, 4, 2]).map(|(v, weight)| v * weight).sum();
    let check = char::from_digit((11 - sum % 11) % 11, 10).unwrap_or('X');
    let first17 = format!("91{county}{organisation}{check}");
    let last = credit_check(&first17).ok_or_else(|| io::Error::other("not the beginning of a credit code"))?;
    Ok(format!("{first17}{last}"))
}

fn certificate(number: u64) -> String {
    format!("33YH{number:08}")
}

/// Writes a source register of targets with `rows` firms.
///
/// Columns: name, credit code, region (county), risk class (A to D in about 55, 30, 12 and 3 of 100), matters of
/// inspection (a set), status, staff.
///
/// # Errors
///
/// What `out` reports; more than 31⁶ rows.
pub fn targets(seed: &str, rows: u64, out: &mut impl Write) -> io::Result<()> {
    let codes = Shuffle::new(seed, "codes", CODES);
    let mut out = BufWriter::new(out);
    out.write_all("企业名称,统一社会信用代码,所在地区,风险等级,检查事项,状态,职工人数\n".as_bytes())?;
    for row in 0..rows {
        let dice = &mut Dice::new(seed, "targets", row);
        let (region, city, place) = dice.pick(&COUNTIES)?;
        let code = code(region, codes.of(row)?)?;
        let (item, trades) = dice.pick(&ITEMS)?;
        let second = if dice.chance(12) { dice.pick(&ITEMS)?.0 } else { item };
        let mut items = vec![item, second];
        items.sort_unstable();
        items.dedup();
        let items = items.join(";");
        let class = match dice.below(100) {
            0..55 => "A",
            55..85 => "B",
            85..97 => "C",
            _ => "D",
        };
        let before = dice.pick(&["浙江", city, city, place])?;
        let name = format!("{before}{}{}", dice.word(2, TRADE), dice.pick(&trades)?);
        let status = if dice.chance(4) { "注销" } else { "存续" };
        let span = dice.pick(&[28, 28, 98, 98, 398, 1998])?;
        let staff = 3 + dice.below(span);
        writeln!(out, "{name}有限公司,{code},{region},{class},{items},{status},{staff}")?;
    }
    out.flush()
}

/// Writes a source register of `rows` inspectors, shared out evenly among the departments.
///
/// Columns: name, certificate number, department, qualifications (a set), regions (a set of prefixes, or `*`), may lead
/// (`是` or empty), most tasks, first and last day of the certificate, status. Some certificates end before or in 2024.
///
/// # Errors
///
/// What `out` reports; no department; more than 10⁸ rows.
pub fn inspectors(seed: &str, rows: u64, departments: &[&str], out: &mut impl Write) -> io::Result<()> {
    let certificates = Shuffle::new(seed, "certificates", CERTIFICATES);
    let mut out = BufWriter::new(out);
    let header = "姓名,执法证号,所在部门,资质,执法区域,可任组长,任务上限,证件有效期起,证件有效期止,状态\n";
    out.write_all(header.as_bytes())?;
    let count = u64::try_from(departments.len()).unwrap_or(0).max(1);
    for row in 0..rows {
        let dice = &mut Dice::new(seed, "inspectors", row);
        let (department, place) = (at(departments, row % count)?, row / count);
        let name = format!("{}{}", dice.pick(&SURNAMES)?, dice.word(1, GIVEN));
        // One qualification in turn, so that a department has them all, and others by chance.
        let own = at(&QUALIFICATIONS, place % 4)?;
        let qualifications = QUALIFICATIONS.into_iter().filter(|q| *q == own || dice.chance(45));
        let qualifications = qualifications.collect::<Vec<_>>().join(";");
        let lead = place % 3 == 0;
        let regions = if place % 6 == 0 { "*".to_owned() } else { regions(dice, lead)? };
        let lead = if lead { "是" } else { "" };
        let capacity = 4 + dice.below(9).max(dice.below(9));
        let (year, month) = (2020 + dice.below(4), 1 + dice.below(12));
        let (from, to) = match dice.below(100) {
            0..3 => (format!("{}-{month:02}-01", year - 2), format!("2023-{month:02}-28")),
            3..7 => (format!("2019-{month:02}-01"), "2024-06-30".to_owned()),
            _ => (format!("{year}-{month:02}-01"), format!("{}-{month:02}-28", year + 6)),
        };
        let state = if dice.chance(4) { "失效" } else { "在岗" };
        let number = certificate(certificates.of(row)?);
        write!(out, "{name},{number},{department},{qualifications},{regions},{lead},{capacity},")?;
        writeln!(out, "{from},{to},{state}")?;
    }
    out.flush()
}

/// Whole cities, four to six for leaders and three to five for others; now and then a county in the place of one.
fn regions(dice: &mut Dice, lead: bool) -> io::Result<String> {
    let (first, cities) = (dice.below(7), 3 + u64::from(lead) + dice.below(3));
    let mut regions = Vec::new();
    for i in 0..cities {
        // 7 is prime: steps of 2 from any city meet no city twice.
        regions.push(at(&CITIES, (first + 2 * i) % 7)?);
    }
    if dice.chance(25) {
        let (county, ..) = dice.pick(&COUNTIES)?;
        if !regions.iter().any(|city| county.starts_with(city)) {
            regions.pop();
            regions.push(county);
        }
    }
    regions.sort_unstable();
    Ok(regions.join(";"))
}

/// Writes `rows` recusals between the `targets` firms and the `inspectors` that the same seed gives; no pair twice.
///
/// Columns: credit code, certificate number, category.
///
/// # Errors
///
/// What `out` reports; more rows than there are pairs, or more than 2⁶² pairs.
pub fn recusals(seed: &str, rows: u64, targets: u64, inspectors: u64, out: &mut impl Write) -> io::Result<()> {
    let pairs = targets.checked_mul(inspectors).filter(|n| *n <= 1 << 62);
    let pairs = pairs.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "too many pairs"))?;
    let pairs = Shuffle::new(seed, "recusals", pairs);
    let codes = Shuffle::new(seed, "codes", CODES);
    let certificates = Shuffle::new(seed, "certificates", CERTIFICATES);
    let mut out = BufWriter::new(out);
    out.write_all("统一社会信用代码,执法证号,事由\n".as_bytes())?;
    for row in 0..rows {
        let pair = pairs.of(row)?;
        let (target, inspector) = (pair / inspectors, pair % inspectors);
        // The county is the first throw of a target's row.
        let (region, ..) = Dice::new(seed, "targets", target).pick(&COUNTIES)?;
        let code = code(region, codes.of(target)?)?;
        let certificate = certificate(certificates.of(inspector)?);
        let reason = Dice::new(seed, "recusals", row).pick(&REASONS)?;
        writeln!(out, "{code},{certificate},{reason}")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use yaohao::ident::credit::is_credit_code;

    const DEPARTMENTS: [&str; 6] = ["yingji", "gongan", "shichang", "fagai", "jingxin", "zonghe"];

    /// The rows of a file, without its header, each with the same number of cells.
    fn rows(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<Vec<Vec<String>>> {
        let mut file = Vec::new();
        write(&mut file)?;
        let text = String::from_utf8(file).map_err(io::Error::other)?;
        let rows: Vec<Vec<String>> = text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect();
        let cells = rows.first().map(Vec::len);
        assert!(text.ends_with('\n') && rows.iter().all(|row| Some(row.len()) == cells));
        Ok(rows.into_iter().skip(1).collect())
    }

    fn column(rows: &[Vec<String>], index: usize) -> Vec<&str> {
        rows.iter().filter_map(|row| row.get(index)).map(String::as_str).collect()
    }

    fn distinct(cells: &[&str]) -> usize {
        cells.iter().collect::<HashSet<_>>().len()
    }

    #[test]
    fn firms() -> io::Result<()> {
        let firms = rows(|out| targets("t", 20_000, out))?;
        let codes = column(&firms, 1);
        assert_eq!((codes.len(), distinct(&codes)), (20_000, 20_000));
        assert!(codes.iter().all(|code| is_credit_code(code).is_ok()));
        for (class, expected) in [("A", 11_000), ("B", 6_000), ("C", 2_400), ("D", 600)] {
            let count = column(&firms, 3).iter().filter(|c| **c == class).count();
            assert!(count.abs_diff(expected) < 300, "{class} {count}");
        }
        assert!(column(&firms, 6).iter().all(|n| n.parse().is_ok_and(|n: u32| (3..=2000).contains(&n))));
        // A shorter file is the beginning of a longer one; another seed gives others.
        assert_eq!(rows(|out| targets("t", 50, out))?, firms.iter().take(50).cloned().collect::<Vec<_>>());
        assert_ne!(rows(|out| targets("u", 50, out))?, firms.iter().take(50).cloned().collect::<Vec<_>>());
        Ok(())
    }

    #[test]
    fn people() -> io::Result<()> {
        let people = rows(|out| inspectors("t", 20_000, &DEPARTMENTS, out))?;
        assert_eq!(distinct(&column(&people, 1)), 20_000);
        assert!(column(&people, 3).iter().all(|set| !set.is_empty()));
        assert!(column(&people, 4).iter().all(|set| set.split(';').is_sorted_by(|a, b| a < b)));
        assert!(people.iter().all(|row| row.get(7) < row.get(8)));
        assert_eq!(people, rows(|out| inspectors("t", 20_000, &DEPARTMENTS, out))?);
        assert!(inspectors("t", 1, &[], &mut Vec::new()).is_err());
        Ok(())
    }

    #[test]
    fn pairs() -> io::Result<()> {
        let (firms, people) = (rows(|o| targets("t", 30, o))?, rows(|o| inspectors("t", 8, &DEPARTMENTS, o))?);
        let all = rows(|out| recusals("t", 240, 30, 8, out))?;
        let pairs: HashSet<_> = all.iter().map(|row| (row.first(), row.get(1))).collect();
        assert_eq!(pairs.len(), 240);
        assert_eq!((distinct(&column(&all, 0)), distinct(&column(&all, 1))), (30, 8));
        assert!(column(&all, 0).iter().all(|code| column(&firms, 1).contains(code)));
        assert!(column(&all, 1).iter().all(|number| column(&people, 1).contains(number)));
        assert!(recusals("t", 241, 30, 8, &mut Vec::new()).is_err());
        Ok(())
    }
}
