//! Cells of a plan's table: months, rates, numbers of campaigns. What can be read in two ways is refused.

use crate::intake::cell::half_width;
use crate::table::Form;
use yaohao::announcement::Basis;
use yaohao::encoding::decimal;
use yaohao::fault::{Code, Fault, Result};
use yaohao::year::Months;

/// Words for "at least" before a rate: that is what a plan's rate is.
const AT_LEAST: [&str; 6] = ["不低于", "不少于", "至少", "≥", ">=", "="];

/// Months of the plan's year: `3-5月`, `3月至5月`, `10`, `2026年3月`, 全年, 上半年, 第二季度.
pub(super) fn months(text: &str, form: Form, year: u64) -> Result<Months> {
    if form == Form::Date {
        return Err(cell(text, "a spreadsheet has taken these months for a date; format the column as text"));
    }
    let plain: String = half_width(text).chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.strip_prefix(&format!("{year}年")).unwrap_or(&plain);
    let named = match plain.strip_prefix('第').unwrap_or(plain) {
        "全年" | "全年度" => Some((1, 12)),
        "上半年" => Some((1, 6)),
        "下半年" => Some((7, 12)),
        "一季度" | "1季度" => Some((1, 3)),
        "二季度" | "2季度" => Some((4, 6)),
        "三季度" | "3季度" => Some((7, 9)),
        "四季度" | "4季度" => Some((10, 12)),
        _ => None,
    };
    if let Some((from, to)) = named {
        return Ok(Months { from, to });
    }
    let wrong = || cell(text, "months are written 3-5月, 3月, 全年, 上半年 or 第一季度");
    let month = |text: &str| decimal(text.strip_suffix('月').unwrap_or(text), 1, 12).map_err(|_| wrong());
    let (from, to) = plain.split_once(['-', '–', '—', '~', '～', '至', '到']).unwrap_or((plain, plain));
    let months = Months { from: month(from)?, to: month(to)? };
    if months.from > months.to { Err(cell(text, "the months end before they begin")) } else { Ok(months) }
}

/// A rate in ten-thousandths: `5%`, `不低于0.5%`; the number 0.05 of a spreadsheet, which shows it as 5%; or the number 5
/// under a header that has the sign. A bare 0.05 in a text is refused: it may be five per cent or five in ten thousand.
pub(super) fn rate(text: &str, form: Form, header_has_sign: bool) -> Result<u64> {
    let plain: String = half_width(text).chars().filter(|c| !c.is_whitespace()).collect();
    let number = AT_LEAST.iter().find_map(|words| plain.strip_prefix(words)).unwrap_or(&plain);
    let found = match (number.strip_suffix('%'), form) {
        (Some(per_cent), _) => scaled(per_cent, 2),
        (None, Form::Number) if !header_has_sign => scaled(number, 4).filter(|rate| *rate < 10_000),
        (None, _) if header_has_sign => scaled(number, 2).filter(|rate| *rate >= 100),
        _ => None,
    };
    match found {
        Some(rate) if (1..=10_000).contains(&rate) => Ok(rate),
        _ => Err(cell(text, "a rate is written with its sign, from 0.01% to 100%, as 5%")),
    }
}

/// A decimal number times a power of ten, if it has no more digits than that behind its point.
fn scaled(text: &str, digits: usize) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || fraction.len() > digits || whole.len() > 3 {
        return None;
    }
    format!("{whole}{fraction:0<digits$}").parse().ok()
}

/// How many campaigns: `3`, `3次`, `=3`. "At least three" says no number.
pub(super) fn batches(text: &str) -> Result<u64> {
    let plain: String = half_width(text).chars().filter(|c| !c.is_whitespace()).collect();
    let number = plain.strip_prefix('=').unwrap_or(&plain);
    let ends = ["次/年", "批次", "次", "批"];
    let number = ends.iter().find_map(|end| number.strip_suffix(end)).unwrap_or(number);
    let detail = "how many campaigns is written 3 or 3次; ≥3 says no number, and a further campaign is an amendment";
    decimal(number, 1, 1_000).map_err(|_| cell(text, detail))
}

/// How targets are found. 定向 is still a draw, among those of one kind.
pub(super) fn basis(text: &str) -> Result<Basis> {
    match text.to_ascii_lowercase().as_str() {
        "" | "random" | "随机" | "随机抽查" | "双随机" | "定向" | "定向抽查" | "不定向" | "不定向抽查" => {
            Ok(Basis::Random)
        }
        "full-coverage" | "全覆盖" | "全覆盖检查" => Ok(Basis::FullCoverage),
        "targeted" | "指定对象" => Ok(Basis::Targeted),
        _ => Err(cell(text, "it is none of 随机, 全覆盖, 指定对象, random, full-coverage, targeted")),
    }
}

pub(super) fn cell(text: &str, detail: &str) -> Fault {
    Fault::new(Code::YearCell).fact("value", if text.is_empty() { "(empty)" } else { text }).fact("detail", detail)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn months_have_many_forms() {
        for (text, from, to) in [
            ("3-5月", 3, 5),
            ("3月-5月", 3, 5),
            ("３—５月", 3, 5),
            ("3 至 5 月", 3, 5),
            ("10", 10, 10),
            ("2026年3月", 3, 3),
            ("全年", 1, 12),
            ("第三季度", 7, 9),
            ("下半年", 7, 12),
        ] {
            assert_eq!(months(text, Form::Text, 2026).unwrap(), Months { from, to }, "{text}");
        }
        for text in ["", "5-3月", "0-3月", "3-13月", "03-05", "春季", "3,5月", "2025年3月", "3-5-7月", "11-2月"]
        {
            assert_eq!(months(text, Form::Text, 2026).unwrap_err().code(), Code::YearCell, "{text}");
        }
        assert!(months("2026-03-05", Form::Date, 2026).is_err(), "3-5 that Excel has taken for a day");
    }

    #[test]
    fn rates_are_exact_or_refused() {
        let text = |cell: &str| rate(cell, Form::Text, false).ok();
        for (cell, wanted) in
            [("5%", 500), ("５％", 500), ("0.5%", 50), ("5.25 %", 525), ("100%", 10_000), ("不低于5%", 500)]
        {
            assert_eq!(text(cell), Some(wanted), "{cell}");
        }
        for cell in ["", "5", "0.05", "0%", "0.001%", "101%", "5.255%", "-5%", "百分之五", "5%-10%", "%", ".5%", "<5%"]
        {
            assert_eq!(text(cell), None, "{cell}");
        }
        let number = |cell: &str| rate(cell, Form::Number, false).ok();
        assert_eq!((number("0.05"), number("0.0525"), number("0.3")), (Some(500), Some(525), Some(3000)));
        assert_eq!((number("5"), number("1"), number("0.05255"), number("0")), (None, None, None, None));
        let under_sign = |cell: &str| rate(cell, Form::Number, true).ok();
        assert_eq!((under_sign("5"), under_sign("12.5"), under_sign("0.05")), (Some(500), Some(1250), None));
    }

    #[test]
    fn campaigns_are_counted() {
        for (text, wanted) in [("3", 3), ("3次", 3), ("=1", 1), ("２批次", 2), ("4次/年", 4)] {
            assert_eq!(batches(text).unwrap(), wanted, "{text}");
        }
        for text in ["", "0", "≥3", ">=1", "三次", "3-4", "1001", "03", "每季度一次"] {
            assert_eq!(batches(text).unwrap_err().code(), Code::YearCell, "{text}");
        }
        assert!(basis("定向抽查").is_ok_and(|basis| basis == Basis::Random) && basis("抽一下").is_err());
    }
}
