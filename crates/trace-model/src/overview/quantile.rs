//! Quantiles of values.

/// Returns the values' quantiles, each the smallest value that is not exceeded by this part of the
/// values. Zero if there are no values. Reorders the values.
pub(super) fn quantiles<const N: usize>(values: &mut [u64], parts: [f64; N]) -> [u64; N] {
    values.sort_unstable();
    parts.map(|part| {
        let index = (values.len() as f64 * part).ceil() as usize;
        let index = index.saturating_sub(1).min(values.len().saturating_sub(1));
        values.get(index).copied().unwrap_or_default()
    })
}

/// Returns a quantile of fractional values. `None` if there are no values.
pub(super) fn quantile_f64(values: &mut [f64], part: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let index = (values.len() as f64 * part).ceil() as usize;
    values.get(index.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occur() {
        let mut values: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(quantiles(&mut values, [0.5, 0.95, 0.99]), [50, 95, 99]);
        assert_eq!(quantiles(&mut [7], [0.5, 0.99]), [7, 7]);
        assert_eq!(quantiles(&mut [], [0.5]), [0]);
        assert_eq!(quantile_f64(&mut [4.0, 1.0, 3.0, 2.0], 0.75), Some(3.0));
        assert_eq!(quantile_f64(&mut [], 0.75), None);
    }
}
