//! Tests of independence in tables of two by two.

/// How many traces of each group have a feature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) selected: u32,
    pub(super) rest: u32,
}

/// The sizes of both groups, and logarithms of factorials for exact tests.
#[derive(Debug)]
pub(super) struct Totals {
    pub(super) selected: u32,
    pub(super) rest: u32,
    ln_factorials: Vec<f64>,
}

impl Totals {
    pub(super) fn new(selected: u32, rest: u32) -> Self {
        let mut ln_factorials = vec![0.0];
        let mut sum = 0.0;
        for number in 1..=selected + rest {
            sum += f64::from(number).ln();
            ln_factorials.push(sum);
        }
        Self {
            selected,
            rest,
            ln_factorials,
        }
    }

    /// Returns the part of each group that has the feature.
    pub(super) fn shares(&self, counts: Counts) -> (f64, f64) {
        let share = |count: u32, total: u32| f64::from(count) / f64::from(total.max(1));
        (
            share(counts.selected, self.selected),
            share(counts.rest, self.rest),
        )
    }

    /// Returns the p-value of Fisher's exact test on both sides: twice that of the nearer side.
    pub(super) fn fisher(&self, counts: Counts) -> f64 {
        let having = counts.selected + counts.rest;
        let lowest = having.saturating_sub(self.rest);
        let highest = having.min(self.selected);
        let ln_probability = |selected: u32| {
            self.ln_choose(self.selected, selected) + self.ln_choose(self.rest, having - selected)
                - self.ln_choose(self.selected + self.rest, having)
        };
        let sum = |range: &mut dyn Iterator<Item = u32>| -> f64 {
            range.map(|selected| ln_probability(selected).exp()).sum()
        };
        let upper = sum(&mut (counts.selected..=highest));
        let lower = sum(&mut (lowest..=counts.selected));
        (2.0 * upper.min(lower)).min(1.0)
    }

    fn ln_choose(&self, of: u32, chosen: u32) -> f64 {
        let ln = |number: u32| self.ln_factorials[number as usize];
        ln(of) - ln(chosen) - ln(of - chosen)
    }

    /// Returns the mutual information of feature and selection, in bits, summed over all traces.
    pub(super) fn information(&self, counts: Counts) -> f64 {
        let all = f64::from(self.selected + self.rest);
        let having = f64::from(counts.selected + counts.rest);
        let term = |both: f64, row: f64, column: f64| {
            if both == 0.0 {
                0.0
            } else {
                both * (both * all / (row * column)).log2()
            }
        };
        let (selected, rest) = (f64::from(self.selected), f64::from(self.rest));
        let (in_selected, in_rest) = (f64::from(counts.selected), f64::from(counts.rest));
        term(in_selected, having, selected)
            + term(in_rest, having, rest)
            + term(selected - in_selected, all - having, selected)
            + term(rest - in_rest, all - having, rest)
    }
}

/// Corrects p-values for `tests` tests with Holm's method, in place. The values are those of the
/// tests with the smallest p-values, in ascending order.
pub(super) fn holm(ascending: &mut [f64], tests: usize) {
    let mut largest: f64 = 0.0;
    for (index, value) in ascending.iter_mut().enumerate() {
        let corrected = *value * tests.saturating_sub(index).max(1) as f64;
        largest = largest.max(corrected.min(1.0));
        *value = largest;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(selected: u32, rest: u32) -> Counts {
        Counts { selected, rest }
    }

    /// The lady tasting tea, and a table of R's documentation.
    #[test]
    fn exact_test_has_published_values() {
        let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-6;
        let tea = Totals::new(4, 4).fisher(counts(3, 1));
        assert!(close(tea, 2.0 * 17.0 / 70.0), "{tea}");
        let twins = Totals::new(13, 17).fisher(counts(10, 2));
        assert!(close(twins, 2.0 * 0.000_465_180_939_677_584), "{twins}");
    }

    #[test]
    fn correction_multiplies_by_the_remaining_tests_and_never_decreases() {
        let mut values = [0.001, 0.001_2, 0.4];
        holm(&mut values, 10);
        let rounded = values.map(|value| (value * 1e6).round());
        assert_eq!(rounded, [10_000.0, 10_800.0, 1_000_000.0]);
        let mut equal = [0.01, 0.01];
        holm(&mut equal, 2);
        assert_eq!(equal, [0.02, 0.02]);
    }

    proptest! {
        #[test]
        fn p_values_are_probabilities_and_symmetric(
            (selected, rest, a, b) in (1..300_u32, 1..300_u32)
                .prop_flat_map(|(s, r)| (Just(s), Just(r), 0..=s, 0..=r)),
        ) {
            let p = Totals::new(selected, rest).fisher(counts(a, b));
            prop_assert!((0.0..=1.0).contains(&p), "{p}");
            let swapped = Totals::new(rest, selected).fisher(counts(b, a));
            prop_assert!((p - swapped).abs() < 1e-9);
            let inverted = Totals::new(selected, rest).fisher(counts(selected - a, rest - b));
            prop_assert!((p - inverted).abs() < 1e-9);
        }

        #[test]
        fn information_is_not_negative_and_zero_for_equal_shares(
            (selected, rest, a, b) in (1..300_u32, 1..300_u32)
                .prop_flat_map(|(s, r)| (Just(s), Just(r), 0..=s, 0..=r)),
        ) {
            let bits = Totals::new(selected, rest).information(counts(a, b));
            prop_assert!(bits > -1e-6, "{bits}");
            let equal = Totals::new(selected * 2, selected * 3).information(counts(a * 2, a * 3));
            prop_assert!(equal.abs() < 1e-6, "{equal}");
        }

        #[test]
        fn more_selected_traces_with_a_feature_make_chance_less_likely(
            (selected, rest, a, b) in (2..200_u32, 1..200_u32)
                .prop_flat_map(|(s, r)| (Just(s), Just(r), 0..s, 0..=r)),
        ) {
            let totals = Totals::new(selected, rest);
            prop_assume!(a * rest > b * selected);
            let (fewer, more) = (totals.fisher(counts(a, b)), totals.fisher(counts(a + 1, b)));
            prop_assert!(more <= fewer + 1e-9, "{fewer} {more}");
        }
    }
}
