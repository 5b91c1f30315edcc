//! Parts and means as people read them, rounded half up, from whole numbers.

/// A part as a percentage with one decimal, with two below 0.1%: "2.9%", "0.05%"; "–" of nothing.
#[must_use]
pub fn percent(part: u64, of: u64) -> String {
    if of == 0 {
        return "–".to_owned();
    }
    let (part, of) = (u128::from(part), u128::from(of));
    if part == 0 || part * 1000 >= of {
        let tenths = (part * 2000 + of) / (2 * of);
        return format!("{}.{}%", tenths / 10, tenths % 10);
    }
    let hundredths = (part * 20_000 + of) / (2 * of);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A mean with two decimals: "3.92"; "–" over nothing.
#[must_use]
pub fn ratio(sum: u64, count: u64) -> String {
    if count == 0 {
        return "–".to_owned();
    }
    let (sum, count) = (u128::from(sum), u128::from(count));
    let hundredths = (sum * 200 + count) / (2 * count);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_rounded_half_up() {
        for (part, of, text) in [
            (0, 7, "0.0%"),
            (1, 3, "33.3%"),
            (2, 3, "66.7%"),
            (7, 7, "100.0%"),
            (1, 2000, "0.05%"),
            (1, 100, "1.0%"),
            (5, 1000, "0.5%"),
            (3, 0, "–"),
        ] {
            assert_eq!(percent(part, of), text);
        }
        assert_eq!(ratio(5, 4), "1.25");
        assert_eq!(ratio(2, 3), "0.67");
        assert_eq!(ratio(2, 0), "–");
    }
}
