//! Charts as inline SVG, drawn from whole numbers.
//!
//! Invariant: an SVG here has a title that says in words what it shows, no style from outside, and
//! nothing that is loaded.

use std::collections::BTreeMap;

use crate::markup::escaped;

/// Bars over whole numbers, in one or two panels with the same scale below.
pub(super) struct Bars<'b> {
    /// What the chart shows, in words.
    pub(super) title: String,
    /// The panels, from above: name, colour, how many of each value.
    pub(super) panels: Vec<(&'static str, &'static str, &'b BTreeMap<u64, u64>)>,
}

impl Bars<'_> {
    /// The chart.
    pub(super) fn svg(&self) -> String {
        let maps = || self.panels.iter().map(|(_, _, map)| map);
        let first = maps().filter_map(|map| map.keys().next()).min();
        let last = maps().filter_map(|map| map.keys().next_back()).max();
        let (first, last) = (first.copied().unwrap_or(0), last.copied().unwrap_or(0));
        // More bars than there are units across would only blur: neighbours are put together.
        let step = ((last - first) / MOST_BARS + 1).max(1);
        let bars = (last - first) / step + 1;
        let width = (WIDE - LEFT) * 10 / bars.max(1);
        let height = HIGH * self.panels.len() as u64 + FOOT;
        let mut body = String::new();
        for (index, (name, colour, map)) in self.panels.iter().enumerate() {
            let floor = HIGH * (index as u64 + 1);
            let mut sums: BTreeMap<u64, u64> = BTreeMap::new();
            for (value, count) in *map {
                *sums.entry((value - first) / step).or_default() += count;
            }
            let all: u64 = sums.values().sum();
            let most = sums.values().max().copied().unwrap_or(0).max(1);
            for (bar, count) in &sums {
                let tall = u128::from(*count) * u128::from(HIGH - HEAD) * 10 / u128::from(most);
                let tall = u64::try_from(tall)
                    .unwrap_or(0)
                    .max(u64::from(*count > 0) * 5);
                let x = LEFT * 10 + bar * width;
                body.push_str(&format!(
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{colour}\"/>",
                    tenths(x),
                    tenths(floor * 10 - tall),
                    tenths((width * 85 / 100).max(4)),
                    tenths(tall)
                ));
            }
            let top = super::super::percent(most, all);
            let high = floor - HIGH + HEAD;
            body.push_str(&format!(
                "<line x1=\"{LEFT}\" y1=\"{floor}\" x2=\"{WIDE}\" y2=\"{floor}\" stroke=\"#888\"/>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{top}</text>\
                 <text x=\"{WIDE}\" y=\"{}\" text-anchor=\"end\">{name}</text>",
                LEFT - 3,
                high + 9,
                high - 5,
            ));
        }
        let foot = height - 4;
        let end = tenths(LEFT * 10 + bars * width);
        body.push_str(&format!(
            "<text x=\"{LEFT}\" y=\"{foot}\">{first}</text><text x=\"{end}\" y=\"{foot}\" text-anchor=\"end\">{last}</text>"
        ));
        let title = escaped(&self.title);
        format!(
            "<svg viewBox=\"0 0 {WIDE} {height}\" role=\"img\" aria-label=\"{title}\" font-size=\"10\" fill=\"#333\"><title>{title}</title>{body}</svg>"
        )
    }
}

/// A range on a scale: what chance explains as a band, what was seen as a bar, the exact value as a mark.
pub(super) fn range(
    seen: (u64, u64),
    band: (u64, u64),
    exact: u64,
    scale: u64,
    title: &str,
) -> String {
    let at = |value: u64| {
        let place = u128::from(value) * 1000 / u128::from(scale.max(1));
        u64::try_from(place).unwrap_or(1000).min(1000)
    };
    let (from, to) = (at(seen.0), at(seen.1));
    let (low, high) = (at(band.0), at(band.1));
    let title = escaped(title);
    format!(
        "<svg viewBox=\"0 0 1000 16\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>\
         <rect x=\"{low}\" y=\"1\" width=\"{}\" height=\"14\" fill=\"{BAND}\"/>\
         <rect x=\"{from}\" y=\"5\" width=\"{}\" height=\"6\" fill=\"{BLUE}\"/>\
         <rect x=\"{}\" y=\"0\" width=\"6\" height=\"16\" fill=\"{RED}\"/></svg>",
        (high - low).max(2),
        (to - from).max(2),
        at(exact).saturating_sub(3),
    )
}

/// One bar from nothing to a part of a whole.
pub(super) fn bar(part: u64, of: u64, colour: &str) -> String {
    let wide = u128::from(part.min(of)) * 1000 / u128::from(of.max(1));
    format!(
        "<svg viewBox=\"0 0 1000 16\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect y=\"2\" width=\"1000\" height=\"12\" fill=\"#eee\"/><rect y=\"2\" width=\"{wide}\" height=\"12\" fill=\"{colour}\"/></svg>"
    )
}

fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

pub(super) const BLUE: &str = "#1f4e79";
pub(super) const RED: &str = "#b3261e";
pub(super) const BAND: &str = "#cddcec";
pub(super) const GREY: &str = "#8a8a8a";
const WIDE: u64 = 240;
const LEFT: u64 = 38;
/// Height of a panel, its headroom, and the line below all.
const HIGH: u64 = 66;
const HEAD: u64 = 19;
const FOOT: u64 = 16;
const MOST_BARS: u64 = 60;
