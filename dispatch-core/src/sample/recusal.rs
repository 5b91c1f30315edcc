//! Made-up recusals: an officer and a subject of the same region, with a reason.
//!
//! Invariant: no pair comes twice, and every pair names rows of the same sample's rosters.

use std::collections::HashSet;

use super::SampleOptions;
use super::dice::Dice;
use super::mess::Untidy;
use super::officer;
use super::subject;

pub(super) const HEADERS: &[&str] = &["统一社会信用代码", "执法证号", "回避原因"];

pub(super) const UNTIDY: [Untidy; 2] = [Untidy::Id(1), Untidy::Text(2)];

/// The rows, at most as many as asked for.
pub(super) fn rows(options: &SampleOptions) -> impl Iterator<Item = Vec<String>> {
    let options = *options;
    let wanted = if options.subjects == 0 || options.officers == 0 {
        0
    } else {
        options.recusals
    };
    let mut dice = Dice::new(options.seed, "recusals", 0);
    let mut taken = HashSet::new();
    (0..wanted).map_while(move |_| {
        let (subject, officer) = pair(&options, &mut dice, &mut taken)?;
        let reason = dice.pick(&["亲属关系", "亲属关系", "曾任职", "投资关系", "企业申请"]);
        let subject = subject::code_of(options.seed, subject);
        Some(vec![
            subject,
            officer::id_of(options.seed, officer),
            reason.to_owned(),
        ])
    })
}

/// A new pair of one region, unless many throws find none.
fn pair(
    options: &SampleOptions,
    dice: &mut Dice,
    taken: &mut HashSet<(u64, u64)>,
) -> Option<(u64, u64)> {
    for _ in 0..MOST_THROWS {
        let (subject, officer) = (dice.below(options.subjects), dice.below(options.officers));
        let region = subject::district_of(options.seed, subject).code;
        if region == officer::district_of(officer).code && taken.insert((subject, officer)) {
            return Some((subject, officer));
        }
    }
    None
}

/// One pair in eleven fits, so a search this long only fails where nearly all pairs are taken.
const MOST_THROWS: u32 = 20_000;
