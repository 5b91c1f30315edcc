//! The little HTML that printed pages are made of: escaping, a QR code, the policy of a page.
//!
//! Used by the commitment slip and the official papers. Invariant: nothing that passes [`escaped`]
//! or [`shown`] can open a tag, end an attribute or start an entity.

use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};

/// Meta elements of a page that has no script and loads nothing, and says so to the browser.
pub(crate) const META: &str = r#"<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"#;

/// `text` with the characters that HTML gives a meaning replaced.
pub(crate) fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for found in text.chars() {
        push_escaped(found, &mut result);
    }
    result
}

/// The same for texts of rosters, where every character must be seen: one that breaks a line, is
/// invisible or turns the direction of the text is shown by its code point, so that no name can
/// pretend to be another or forge a line of an official paper.
pub(crate) fn shown(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for found in text.chars() {
        if forges(found) {
            result.push_str(&format!("‹U+{:04X}›", u32::from(found)));
        } else {
            push_escaped(found, &mut result);
        }
    }
    result
}

/// Breaks a line, is invisible or turns the direction of the text.
pub(crate) fn forges(found: char) -> bool {
    found.is_control()
        || matches!(found, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(found, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A QR code as inline SVG, quiet zone included.
///
/// # Errors
/// What the encoder says when the text does not fit.
pub(crate) fn qr_svg(text: &str) -> Result<String, String> {
    let code =
        QrCode::with_error_correction_level(text, EcLevel::M).map_err(|error| error.to_string())?;
    let image = code.render::<Color<'_>>().module_dimensions(4, 4).build();
    // The XML declaration belongs to a file of its own, not inside a page.
    let start = image.find("<svg").unwrap_or(0);
    Ok(image.get(start..).unwrap_or_default().to_owned())
}

fn push_escaped(found: char, result: &mut String) {
    match found {
        '&' => result.push_str("&amp;"),
        '<' => result.push_str("&lt;"),
        '>' => result.push_str("&gt;"),
        '"' => result.push_str("&quot;"),
        '\'' => result.push_str("&#39;"),
        _ => result.push(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown_and_markup_is_not_markup() {
        // Expected text from Python's html.escape, with the code points written out.
        assert_eq!(
            shown("甲\u{202e}<b>\"&'\u{200b}"),
            "甲‹U+202E›&lt;b&gt;&quot;&amp;&#39;‹U+200B›"
        );
        // Characters outside the basic plane and variation selectors are part of names.
        assert_eq!(shown("𠮷\u{e0100}龘㑇"), "𠮷\u{e0100}龘㑇");
    }
}
