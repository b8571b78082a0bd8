//! From a sequence that fails to a short one that fails.

use anyhow::Result;

/// Removes items, halves first and single ones last, as long as `fails` still holds; stops after
/// `max_attempts` trials.
pub fn shrink<T: Clone>(
    items: Vec<T>,
    max_attempts: usize,
    mut fails: impl FnMut(&[T]) -> Result<bool>,
) -> Result<Vec<T>> {
    let (mut items, mut attempts) = (items, 0);
    let mut chunk = items.len().div_ceil(2).max(1);
    loop {
        let (mut start, mut was_shortened) = (0, false);
        while start < items.len() && items.len() > 1 && attempts < max_attempts {
            let end = items.len().min(start + chunk);
            let rest: Vec<T> =
                items.iter().take(start).chain(items.iter().skip(end)).cloned().collect();
            attempts += 1;
            if !rest.is_empty() && fails(&rest)? {
                (items, was_shortened) = (rest, true);
            } else {
                start = end;
            }
        }
        if attempts >= max_attempts || (chunk == 1 && !was_shortened) {
            return Ok(items);
        }
        if !was_shortened {
            chunk = chunk.div_ceil(2).max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_remains() {
        let fails = |items: &[u32]| Ok(items.contains(&3) && items.contains(&17));
        assert_eq!(shrink((0..20).collect(), 1_000, fails).unwrap(), [3, 17]);
        let always = |_: &[u32]| Ok(true);
        assert_eq!(shrink((0..20).collect(), 1_000, always).unwrap().len(), 1);
    }

    #[test]
    fn the_number_of_trials_is_bounded() {
        let mut trials = 0;
        let fails = |_: &[u32]| {
            trials += 1;
            Ok(false)
        };
        assert_eq!(shrink((0..100).collect(), 7, fails).unwrap().len(), 100);
        assert_eq!(trials, 7);
    }
}
