//! The strongest attackers: they have the auditor's files and recompute whatever follows.
//!
//! A consistent draw from another secret, pulse or contribution is caught where the value is bound; a
//! consistent draw from another announcement is caught by nothing but a commitment that was received
//! before. Needs a bundle of the auditor's form; every attack comes in the public form too.

use std::sync::Arc;

use super::facts::Facts;
use super::pulse::{OTHER_ROUND, OTHER_SIGNATURE};
use super::{Expected, Tampering, Variants};
use crate::announcement::{Announcement, commitment, secret_hash};
use crate::bundle::{self, Files};
use crate::digest::Digest;
use crate::disclosure::{AuditKey, Disclosure};
use crate::draw::{Draw, Prepared};
use crate::evidence::roster_rules;
use crate::freeze::SecretDocument;
use crate::json::{from_canonical, to_canonical};
use crate::plan::{NumberShape, SeedSource};
use crate::roster::Roster;
use crate::seed::{SourceValue, seed};
use crate::selection::{Selected, Stratification, SubjectKey};
use crate::stage::History;

/// Variants that are recomputed as a whole.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    if !facts.auditors() || facts.is_child() {
        return Box::new(core::iter::empty());
    }
    let mut all = Vec::new();
    if let Some(prepared) = prepare(&facts.files, facts.secret) {
        other_values(&facts, &prepared, &mut all);
        other_subject(&facts, &prepared, &mut all);
    }
    all.extend(reannounced(&facts).into_iter().flatten());
    closed_recusals(&facts, &mut all);
    Box::new(all.into_iter())
}

pub(super) fn prepare(files: &Files, secret: Digest) -> Option<Prepared> {
    let audit: AuditKey = from_canonical(files.get(bundle::AUDIT)?).ok()?;
    let document = SecretDocument {
        commitment: audit.commitment,
        format: SecretDocument::FORMAT.to_owned(),
        roster_key: audit.roster_key,
        secret,
    };
    Prepared::open(files.clone(), &document).ok()
}

/// The bundle of a draw in the auditor's and in the public form.
pub(super) fn forms(
    facts: &Facts,
    files: &Files,
    prepared: &Prepared,
    draw: &Draw,
    secret: Digest,
    values: &[SourceValue],
) -> Option<[Files; 2]> {
    let history = super::restage::history(facts, prepared, draw);
    forms_with(files, prepared, (draw, &history), secret, values)
}

/// The same with this history of stages.
pub(super) fn forms_with(
    files: &Files,
    prepared: &Prepared,
    (draw, history): (&Draw, &History),
    secret: Digest,
    values: &[SourceValue],
) -> Option<[Files; 2]> {
    let mut public = files.clone();
    let disclosed = prepared.disclose_with(draw, history, values);
    for name in disclosed.names() {
        public.insert(name, disclosed.get(name)?.to_vec());
    }
    let disclosure = Disclosure {
        commitment: prepared.announced.commitment,
        format: Disclosure::FORMAT.to_owned(),
        secret,
        sources: values.to_vec(),
    };
    public.insert(bundle::DISCLOSURE, to_canonical(&disclosure).ok()?);
    let mut auditors = public.clone();
    auditors.insert(bundle::RECUSALS, files.get(bundle::RECUSALS)?.to_vec());
    public.take(bundle::AUDIT);
    public.take(bundle::CELLS);
    Some([auditors, public])
}

fn push(all: &mut Vec<Tampering>, name: &str, expected: [Expected; 2], forms: Option<[Files; 2]>) {
    let Some(forms) = forms else { return };
    for ((form, expected), files) in ["auditor's form", "public form"]
        .iter()
        .zip(expected)
        .zip(forms)
    {
        all.push(Tampering {
            name: format!("{name}, all else recomputed ({form})"),
            group: "recomputed",
            expected,
            files,
        });
    }
}

/// The same announcement with another secret, or another value of one seed source.
fn other_values(facts: &Facts, prepared: &Prepared, all: &mut Vec<Tampering>) {
    let plan = &facts.document().plan;
    let mut attack = |name: &str, expected: Expected, secret: Digest, values: &[SourceValue]| {
        let Some(seed) = seed(plan, &facts.announced.commitment, secret.as_bytes(), values) else {
            return;
        };
        let draw = prepared.follow(seed, prepared.select(&seed));
        let forms = forms(facts, &facts.files, prepared, &draw, secret, values);
        push(all, name, [expected.clone(), expected], forms);
    };
    let bound = |check| Expected::one_of(&[check]).without(&[check]);
    attack(
        "another secret",
        bound("B08"),
        Digest::of(b"another secret"),
        &facts.values,
    );
    for (index, value) in facts.values.iter().enumerate() {
        let mut values = facts.values.clone();
        let (name, expected) = match value {
            SourceValue::Drand { .. } => {
                values[index] = SourceValue::Drand {
                    round: OTHER_ROUND,
                    signature: OTHER_SIGNATURE.to_owned(),
                };
                ("a real pulse of another round", bound("C03"))
            }
            SourceValue::Contribution { value } => {
                values[index] = SourceValue::Contribution {
                    value: Digest::of(value.as_bytes()),
                };
                ("another contribution", bound("C05"))
            }
            SourceValue::PublicNumbers { .. } => {
                let Some(numbers) = plan.seed.get(index).and_then(other_numbers) else {
                    continue;
                };
                values[index] = SourceValue::PublicNumbers { values: numbers };
                let why = "whether these are the numbers of the public event, only the event shows: compare them";
                (
                    "other public numbers",
                    Expected::Unseen {
                        why,
                        or: Vec::new(),
                    },
                )
            }
        };
        attack(name, expected, facts.secret, &values);
    }
}

/// Numbers of the right shape that a real event would hardly give.
fn other_numbers(source: &SeedSource) -> Option<Vec<u64>> {
    let SeedSource::PublicNumbers {
        count, from, shape, ..
    } = source
    else {
        return None;
    };
    Some(match shape {
        NumberShape::Set => (*from..from.checked_add(*count)?).collect(),
        NumberShape::Sequence => vec![*from; usize::try_from(*count).ok()?],
    })
}

/// Every selected subject in turn, replaced by one of its stratum that was not drawn, with its right
/// ticket and all teams recomputed.
fn other_subject(facts: &Facts, prepared: &Prepared, all: &mut Vec<Tampering>) {
    let selected = prepared.select(&facts.seed);
    let tickets = SubjectKey::new(&facts.seed).tickets();
    let drawn = |row: usize| selected.iter().any(|subject| subject.row == row);
    let places = &prepared.strata().places;
    for (index, subject) in selected.iter().enumerate() {
        let same = |row: &usize| {
            places.get(*row) == Some(&crate::selection::Place::Stratum(subject.stratum))
                && !drawn(*row)
        };
        let candidates = (0..prepared.subjects.len()).filter(same);
        let next = candidates
            .map(|row| Selected {
                ticket: tickets.of(prepared.subjects.id(row)),
                row,
                stratum: subject.stratum,
            })
            .min_by_key(|next| next.ticket);
        let Some(next) = next else { continue };
        let name = format!(
            "{} replaced by {}",
            prepared.subjects.id(subject.row),
            prepared.subjects.id(next.row)
        );
        let mut changed = selected.clone();
        changed[index] = next;
        changed.sort_unstable_by_key(|subject| (subject.ticket, subject.row));
        let draw = prepared.follow(facts.seed, changed);
        let caught = Expected::one_of(&["D02"]).without(&["D02"]);
        let public = if facts.document().plan.strata_are_sealed() {
            Expected::Unseen {
                why: "who is in a sealed stratum only the auditor's form shows (◐ of section 11)",
                or: Vec::new(),
            }
        } else {
            caught.clone()
        };
        push(
            all,
            &name,
            [caught, public],
            forms(
                facts,
                &facts.files,
                prepared,
                &draw,
                facts.secret,
                &facts.values,
            ),
        );
    }
}

/// Bundles of announcements that were made again, consistent in themselves.
fn reannounced(facts: &Facts) -> Vec<Option<Tampering>> {
    let document = facts.document();
    let mut variants = Vec::new();
    let mut again = |name: &str, files: &Files, document: Announcement, secret: Digest| {
        let forms = announce(facts, files, &document, secret);
        let names = ["auditor's form", "public form"];
        for (form, files) in names.iter().zip(forms.into_iter().flatten()) {
            variants.push(Some(Tampering {
                name: format!("announced again {name} ({form})"),
                group: "announced again",
                expected: Expected::ByCommitment,
                files,
            }));
        }
    };
    let secret = Digest::of(b"a secret chosen later");
    let mut later = document.clone();
    later.secret_hash = secret_hash(secret.as_bytes());
    again("with another secret", &facts.files, later, secret);
    let mut named = document.clone();
    named.plan.title.push('改');
    again("with another title", &facts.files, named, facts.secret);
    let mut slack = document.clone();
    slack.plan.team.slack += 1;
    again("with more slack", &facts.files, slack, facts.secret);
    if document.subjects.diff.is_empty() {
        // Each of a few rows left out: somebody's friend.
        for row in [0, 1, 2] {
            if let Some((files, document)) = without(facts, row) {
                again(
                    &format!("without the subject of row {}", row + 1),
                    &files,
                    document,
                    facts.secret,
                );
            }
        }
    }
    variants
}

fn announce(
    facts: &Facts,
    files: &Files,
    document: &Announcement,
    secret: Digest,
) -> Option<[Files; 2]> {
    let bytes = to_canonical(document).ok()?;
    let mut audit: AuditKey = from_canonical(files.get(bundle::AUDIT)?).ok()?;
    audit.commitment = commitment(&bytes);
    let mut files = files.clone();
    files.insert(bundle::ANNOUNCEMENT, bytes);
    files.insert(bundle::AUDIT, to_canonical(&audit).ok()?);
    let prepared = prepare(&files, secret)?;
    let seed = seed(
        &document.plan,
        &prepared.announced.commitment,
        secret.as_bytes(),
        &facts.values,
    )?;
    let draw = prepared.follow(seed, prepared.select(&seed));
    forms(facts, &files, &prepared, &draw, secret, &facts.values)
}

/// The rosters without one subject, and the announcement that belongs to them.
fn without(facts: &Facts, row: usize) -> Option<(Files, Announcement)> {
    let mut document = facts.document().clone();
    let mut files = facts.files.clone();
    let (mut lines, _) = bundle::lines(files.get(bundle::SUBJECTS)?);
    (row < lines.len()).then(|| lines.remove(row))?;
    let bytes = join(&lines);
    let rules = roster_rules(&facts.announced.document.plan, true);
    let roster = Roster::read(bytes.clone(), &rules).ok()?;
    let full = Roster::read(files.get(bundle::SUBJECTS)?.to_vec(), &rules).ok()?;
    let mark = format!("\"id\":\"{}\",\"roster\":\"subjects\"}}", full.id(row));
    let (cells, _) = bundle::lines(files.get(bundle::CELLS)?);
    let kept: Vec<&[u8]> = cells
        .into_iter()
        .filter(|line| !line.ends_with(mark.as_bytes()))
        .collect();
    let cells = join(&kept);
    files.insert(bundle::CELLS, cells);
    files.insert(bundle::SUBJECTS, bytes);
    let evidence = crate::evidence::Evidence::read(files.clone());
    let open = crate::verify::open_cells(&evidence);
    let strata = Stratification::new(&document.plan, &roster, open.subjects.as_ref());
    document.subjects.count = roster.len() as u64;
    document.subjects.root = roster.root();
    document.strata = strata.strata;
    document.excluded = strata.excluded;
    document.outside_strata = strata.outside;
    Some((files, document))
}

fn join(lines: &[&[u8]]) -> Vec<u8> {
    lines
        .iter()
        .flat_map(|line| line.iter().chain(b"\n"))
        .copied()
        .collect()
}

/// The public form with an opened recusal closed again.
fn closed_recusals(facts: &Facts, all: &mut Vec<Tampering>) {
    let Some(prepared) = prepare(&facts.files, facts.secret) else {
        return;
    };
    let draw = prepared.follow(facts.seed, prepared.select(&facts.seed));
    let public = forms(
        facts,
        &facts.files,
        &prepared,
        &draw,
        facts.secret,
        &facts.values,
    );
    let Some([_, public]) = public else { return };
    let (lines, _) = bundle::lines(public.get(bundle::RECUSALS).unwrap_or_default());
    for (index, line) in lines.iter().enumerate() {
        let read = serde_json::from_slice::<crate::roster::RecusalLine>(line);
        let Ok(open @ crate::roster::RecusalLine::Open(_)) = read else {
            continue;
        };
        let closed = to_canonical(&open.closed()).unwrap_or_default();
        let mut changed = lines.clone();
        changed[index] = &closed;
        let mut files = public.clone();
        files.insert(bundle::RECUSALS, join(&changed));
        all.push(Tampering {
            name: format!(
                "recusals.jsonl line {}: kept closed (public form)",
                index + 1
            ),
            group: "recomputed",
            expected: Expected::Unseen {
                why: "only a recusal that changes a team shows in the public form (section 10)",
                or: vec!["D05", "G08"],
            },
            files,
        });
    }
}
