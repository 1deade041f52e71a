//! Multiples of decimal numbers, as people write them.

/// The most decimal places of a step.
pub(super) const MAX_PLACES: u32 = 6;

/// Whether `number` is a whole multiple of `step`, both taken for the decimal number with the
/// fewest digits that they stand for: 0.3 is a multiple of 0.1.
pub(super) fn is_multiple(number: f64, step: f64) -> bool {
    let (Some((number, places)), Some((step, step_places))) = (scaled(number), scaled(step)) else {
        return false;
    };
    // Without trailing zeros, a number with more places than its step lies between two steps.
    let Some(shift) = step_places.checked_sub(places) else { return false };
    let shifted = 10_i128.checked_pow(shift).and_then(|factor| number.checked_mul(factor));
    shifted.and_then(|shifted| shifted.checked_rem(step)) == Some(0)
}

/// How many decimal places a number has.
pub(super) fn places(number: f64) -> Option<u32> {
    scaled(number).map(|(_, places)| places)
}

/// The number without its point, and how many places stood behind it.
fn scaled(number: f64) -> Option<(i128, u32)> {
    let text = number.to_string();
    let places = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    Some((text.replace('.', "").parse().ok()?, u32::try_from(places).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_are_those_of_the_written_numbers() {
        for (number, step) in [(0.3, 0.1), (-1.15, 0.05), (7.0, 0.5), (0.0, 0.1), (1e15, 0.000_001)]
        {
            assert!(is_multiple(number, step), "{number} of {step}");
        }
        for (number, step) in [(0.35, 0.1), (1e-300, 0.1), (0.25, 0.5), (1.0, 0.0)] {
            assert!(!is_multiple(number, step), "{number} of {step}");
        }
    }
}
