//! Whether equals are treated equally: as many targets, as often in the lead, as often at each firm. Once the targets of a
//! draw are known, and how loads fall, each of a part of equals ([`super::classes`]) is as likely as any other to have each
//! of these loads. So the variance of who has which is known, not estimated, and draws are independent of each other.

use yaohao::ident::Id;

/// What equals got, as far as it is compared.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Equals {
    /// Inspectors who were compared with others.
    pub compared: usize,
    /// Classes that they are in.
    pub classes: usize,
    /// Inspectors who were not, nor their crew: those like whom there is nobody, and those whom no lot could treat otherwise.
    pub alone: usize,
    /// Crews that registers name, and those of them that were compared with crews of like people.
    pub crews: (usize, usize),
    /// Cells whose firms were compared with their odds.
    pub cells: usize,
    /// Whether it was compared who meets whom.
    pub met: bool,
    /// Comparisons made.
    pub comparisons: u64,
    /// Inspectors who carry more or less, or lead more or less often, than their equals.
    pub inspectors: Vec<Id>,
    /// The same of crews, each with its department.
    pub unusual_crews: Vec<String>,
    /// Firms that are drawn more or less often than their odds say.
    pub firms: Vec<String>,
    /// Firms and inspectors, or crews, who meet more or less often than the equals of these meet the firm.
    pub pairs: Vec<(String, String)>,
}

/// Deviations from what equals let expect, summed over draws.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sum {
    /// Deviations, each times the number of equals in its draw.
    deviation: i64,
    /// Their variance.
    variance: u64,
    /// The greatest that one draw could have brought.
    largest: u64,
}

impl Sum {
    /// Adds a draw in which `members` equals got these amounts. `sum` is theirs together, `squares` that of the squares;
    /// `own` is what this one got, `largest` the greatest deviation among them.
    pub(super) fn add(&mut self, members: u64, sum: u64, squares: u64, own: u64, largest: u64) {
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.deviation += signed(members * own) - signed(sum);
        // the mean of (members·amount − sum)² over the members, which is a whole number
        self.variance += members * squares - sum * sum;
        self.largest = self.largest.max(largest);
    }

    /// Both together.
    pub(super) fn and(&mut self, other: &Self) {
        self.deviation += other.deviation;
        self.variance += other.variance;
        self.largest = self.largest.max(other.largest);
    }

    /// Whether lots decided anything.
    pub(super) fn is_open(&self) -> bool {
        self.variance > 0
    }

    /// Whether chance explains the sum.
    pub(super) fn is_usual(&self, limit: u64) -> bool {
        usual(u128::from(self.deviation.unsigned_abs()), u128::from(self.variance), u128::from(self.largest), limit)
    }
}

/// A sum of independent deviations of mean zero is unusual beyond x with x² = limit · (variance + largest · x / 3). A fair
/// lottery gets there with a probability below 2 · exp(−limit / 2), however few draws there are (Bernstein's inequality);
/// with many it is √limit standard deviations.
pub(super) fn usual(deviation: u128, variance: u128, largest: u128, limit: u64) -> bool {
    3 * deviation * deviation <= u128::from(limit) * (3 * variance + largest * deviation)
}

/// The limit for so many comparisons: all of them together raise a false alarm in less than one of a thousand fair
/// lotteries. 2 · ln(2,000 · n), rounded up, with the binary digits of n in place of its logarithm.
///
/// ```
/// use yaohao_office::simulate::limit;
/// // four to seven standard deviations
/// assert_eq!([1, 400, 1_000_000].map(limit), [18, 29, 44]);
/// ```
#[must_use]
pub fn limit(comparisons: u64) -> u64 {
    let digits = u64::from(u64::BITS - comparisons.leading_zeros());
    16 + (14 * digits).div_ceil(10)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::as_conversions, clippy::float_arithmetic, reason = "a test")]
    use super::*;

    fn sum(draws: &[[u64; 4]], who: usize) -> Sum {
        let mut sum = Sum::default();
        for loads in draws {
            let (all, squares) = (loads.iter().sum::<u64>(), loads.iter().map(|load| load * load).sum());
            let largest = loads.iter().map(|load| (4 * load).abs_diff(all)).max().unwrap();
            sum.add(4, all, squares, loads[who], largest);
        }
        sum
    }

    #[test]
    fn the_variance_is_that_of_the_definition() {
        // of 3, 1, 0, 0 the deviations times four are 8, 0, -4, -4, and the mean of their squares is 24
        let sum = sum(&[[3, 1, 0, 0]], 0);
        assert_eq!(sum, Sum { deviation: 8, variance: 24, largest: 8 });
    }

    #[test]
    fn what_is_no_chance_is_seen_and_what_may_be_is_not() {
        let turns: Vec<[u64; 4]> = (0..400).map(|draw| std::array::from_fn(|who| u64::from(draw % 4 == who))).collect();
        assert!((0..4).all(|who| sum(&turns, who).is_usual(18)));
        // the first takes every second turn of the last
        let mut bent = turns.clone();
        bent.iter_mut().filter(|loads| loads[3] == 1).step_by(2).for_each(|loads| loads.swap(0, 3));
        assert!(!sum(&bent, 0).is_usual(25) && !sum(&bent, 3).is_usual(25) && sum(&bent, 1).is_usual(25));
        // nobody is suspect after one draw, or three, whatever came out
        let once: Vec<[u64; 4]> = vec![[9, 0, 0, 0]; 3];
        assert!((0..4).all(|who| sum(&once, who).is_usual(18)));
        // no chance and no difference
        assert!(!sum(&[[2; 4]; 50], 0).is_open() && sum(&[[2; 4]; 50], 0).is_usual(18));
    }

    #[test]
    fn the_limit_keeps_its_word_for_any_number_of_comparisons() {
        for n in (0..40).map(|power| 1_u64 << power).flat_map(|n| [n, n + n / 2, 2 * n - 1]) {
            let false_alarms = n as f64 * 2.0 * (-(limit(n) as f64) / 2.0).exp();
            assert!(false_alarms < 0.001, "{n}: {false_alarms}");
        }
    }
}
