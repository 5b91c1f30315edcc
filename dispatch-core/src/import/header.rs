//! The header line: which column becomes which field.
//!
//! Headers are compared without blanks, width and case, and without the star of required columns.
//! A bare 有效期 belongs to the certificate in the column before it.
//!
//! Invariant: a resolved layout has every required field once, sorted by field name.

use std::sync::Arc;

use super::ImportOptions;
use super::cell;
use super::cell::CellKind;
use super::known::folded_header;
use super::mapping::Meaning;
use super::personal;
use super::record::Record;
use super::schema;
use super::schema::Schema;
use crate::problem::Problem;
use crate::problem::ProblemKind;
use crate::problem::Problems;

/// How the cells of a row become fields.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Sorted by field name.
    pub(super) slots: Vec<Slot>,
    /// Headers as they stand in the file, without those at the end that are empty.
    pub(super) headers: Vec<Arc<str>>,
    /// What each column became.
    pub(super) fields: Vec<Option<String>>,
}

/// Where one field comes from.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) field: Arc<str>,
    pub(super) kind: CellKind,
    /// The field's name if it must not be empty.
    pub(super) required: Option<&'static str>,
    column: Option<usize>,
    /// Where the first column is empty in a row, the second is used.
    otherwise: Option<(usize, Option<usize>)>,
}

impl Slot {
    /// The column that holds the field in the current row.
    pub(super) fn column(&self, record: &impl Record) -> Option<usize> {
        match self.otherwise {
            Some((deciding, column)) if cell::trim(record.cell(deciding)).is_empty() => column,
            _ => self.column,
        }
    }
}

/// Reads `record` as the header line.
pub(super) fn resolve(
    record: &impl Record,
    schema: &'static Schema,
    options: &ImportOptions,
    file: &Arc<str>,
    problems: &mut Problems,
) -> Layout {
    let mut resolver = Resolver {
        schema,
        options,
        file,
        row: record.row(),
        problems,
        found: Vec::new(),
    };
    let mut headers: Vec<Arc<str>> = (0..record.len())
        .map(|column| cell::trim(record.cell(column)).into())
        .collect();
    while headers.last().is_some_and(|header| header.is_empty()) {
        headers.pop();
    }
    let mut before = None;
    let mut fields = Vec::with_capacity(headers.len());
    for (column, header) in headers.iter().enumerate() {
        let found = resolver.column(column, header, before);
        before = found.as_ref().map(|found| found.kind_name);
        fields.push(
            found
                .as_ref()
                .map(|found| public_name(&found.field).to_owned()),
        );
        resolver.found.extend(found);
    }
    resolver.check_repeated(&headers);
    resolver.check_absent(&headers);
    resolver.check_mapping(&headers);
    let slots = resolver.slots();
    Layout {
        slots,
        headers,
        fields,
    }
}

struct Resolver<'a> {
    schema: &'static Schema,
    options: &'a ImportOptions,
    file: &'a Arc<str>,
    row: u64,
    problems: &'a mut Problems,
    found: Vec<Found>,
}

/// A column with a meaning. Fields of a certificate have names like `id:bureau`.
struct Found {
    column: usize,
    field: Arc<str>,
    /// The schema's name for the field; empty for an extra column.
    kind_name: &'static str,
    kind: CellKind,
}

impl Resolver<'_> {
    fn column(&mut self, column: usize, header: &Arc<str>, before: Option<&str>) -> Option<Found> {
        let folded = folded_header(header);
        let extra = |column| {
            let (field, kind) = (header.clone(), CellKind::Text);
            Found {
                column,
                field,
                kind_name: "",
                kind,
            }
        };
        let is_personal = personal::PERSONAL.contains(&folded.as_str());
        match self.options.mapping.meaning(&folded) {
            Some(Meaning::Ignored) => return None,
            Some(Meaning::Kept) if !is_personal => return Some(extra(column)),
            Some(Meaning::Field(name)) => {
                // A field that there is not was told of already.
                let field = self.schema.named(name)?;
                return Some(Found {
                    column,
                    field: field.name.into(),
                    kind_name: field.name,
                    kind: field.kind,
                });
            }
            _ => {}
        }
        if personal::SERIAL.contains(&folded.as_str()) {
            return None;
        }
        let dropped = if folded.is_empty() {
            ProblemKind::UnnamedColumn { number: column + 1 }
        } else if is_personal {
            ProblemKind::PersonalColumn {}
        } else if let Some(field) = self.schema.field(&folded) {
            let name = match (field.name, before) {
                ("expires", Some(schema::BUREAU_ID)) => BUREAU_EXPIRES,
                ("expires", Some(schema::PROVINCIAL_ID)) => PROVINCIAL_EXPIRES,
                (name, _) => name,
            };
            return Some(Found {
                column,
                field: name.into(),
                kind_name: name,
                kind: field.kind,
            });
        } else if self
            .options
            .extra_columns
            .iter()
            .any(|extra| cell::trim(extra) == header.as_ref())
        {
            return Some(extra(column));
        } else {
            ProblemKind::LeftOutColumn {}
        };
        let number = u32::try_from(column + 1).unwrap_or(u32::MAX);
        let problem = self.problem(dropped).in_column_number(number);
        self.problems.push(if header.is_empty() {
            problem
        } else {
            problem.in_column(header.clone())
        });
        None
    }

    /// Two columns for one field, a certificate beside the certificates of the template included.
    fn check_repeated(&mut self, headers: &[Arc<str>]) {
        let mut repeated = Vec::new();
        for (index, second) in self.found.iter().enumerate() {
            let clash = |first: &&Found| {
                let mixed = public_name(&first.field) == public_name(&second.field)
                    && first.field.contains(':') != second.field.contains(':');
                first.field == second.field || mixed
            };
            if let Some(first) = self.found.iter().take(index).find(clash) {
                let header = |found: &Found| {
                    headers
                        .get(found.column)
                        .map(ToString::to_string)
                        .unwrap_or_default()
                };
                repeated.push(ProblemKind::RepeatedColumn {
                    field: public_name(&second.field).to_owned(),
                    first: header(first),
                    second: header(second),
                });
            }
        }
        for kind in repeated {
            self.problems.push(self.problem(kind));
        }
    }

    /// Required fields without a column, and extra columns that were asked for in vain.
    fn check_absent(&mut self, headers: &[Arc<str>]) {
        for required in self.schema.required {
            if self
                .found
                .iter()
                .any(|found| public_name(&found.field) == *required)
            {
                continue;
            }
            let accepted = self
                .schema
                .fields
                .iter()
                .filter(|field| public_name(field.name) == *required)
                .flat_map(|field| field.headers)
                .chain([required])
                .copied()
                .collect::<Vec<_>>()
                .join("、");
            let kind = ProblemKind::MissingColumn {
                field: required,
                accepted,
            };
            self.problems.push(self.problem(kind));
        }
        for extra in &self.options.extra_columns {
            let extra = cell::trim(extra);
            if !headers.iter().any(|header| header.as_ref() == extra) {
                let kind = ProblemKind::ExtraColumnAbsent {
                    name: extra.to_owned(),
                };
                self.problems.push(self.problem(kind));
            }
        }
    }

    /// Headers of the mapping that the file does not have, and fields that there are not.
    fn check_mapping(&mut self, headers: &[Arc<str>]) {
        let mapping = &self.options.mapping;
        let folded: Vec<String> = headers.iter().map(|header| folded_header(header)).collect();
        let absent = mapping
            .headers()
            .filter(|header| !folded.contains(&folded_header(header)));
        let mut kinds: Vec<ProblemKind> = absent
            .map(|header| ProblemKind::MappedHeaderAbsent {
                header: header.to_owned(),
            })
            .collect();
        let unknown = mapping
            .columns
            .iter()
            .filter(|(_, field)| self.schema.named(field).is_none());
        kinds.extend(unknown.map(|(header, field)| {
            let names = self.schema.fields.iter().map(|field| field.name);
            ProblemKind::MappedFieldUnknown {
                header: header.clone(),
                field: field.clone(),
                known: names
                    .filter(|name| !name.contains(':'))
                    .collect::<Vec<_>>()
                    .join(", "),
            }
        }));
        for kind in kinds {
            self.problems.push(self.problem(kind));
        }
    }

    fn problem(&self, kind: ProblemKind) -> Problem {
        Problem::new(self.file.clone(), kind).at_row(self.row)
    }

    /// The slots by field name, the two certificates of the template joined.
    fn slots(&self) -> Vec<Slot> {
        let column = |name: &str| {
            self.found
                .iter()
                .find(|found| found.field.as_ref() == name)
                .map(|found| found.column)
        };
        let required = |name: &str| {
            self.schema
                .required
                .iter()
                .find(|required| **required == name)
                .copied()
        };
        let mut slots = Vec::new();
        for found in self
            .found
            .iter()
            .filter(|found| !found.field.contains(':') || found.kind_name.is_empty())
        {
            slots.push(Slot {
                field: found.field.clone(),
                kind: found.kind,
                required: required(&found.field),
                column: Some(found.column),
                otherwise: None,
            });
        }
        let certificates = (column(schema::PROVINCIAL_ID), column(schema::BUREAU_ID));
        let expiries = (column(PROVINCIAL_EXPIRES), column(BUREAU_EXPIRES));
        let both = match certificates {
            (Some(provincial), Some(_)) => Some(provincial),
            _ => None,
        };
        for (field, kind, (provincial, bureau)) in [
            ("id", CellKind::OfficerId, certificates),
            ("expires", CellKind::Expiry, expiries),
        ] {
            if provincial.is_some() || bureau.is_some() {
                slots.push(Slot {
                    field: field.into(),
                    kind,
                    required: required(field),
                    column: if both.is_some() {
                        provincial
                    } else {
                        provincial.or(bureau)
                    },
                    otherwise: both.map(|deciding| (deciding, bureau)),
                });
            }
        }
        slots.sort_by(|a, b| a.field.cmp(&b.field));
        slots
    }
}

/// The name of the field a certificate's column ends in.
pub(super) fn public_name(field: &str) -> &str {
    match field {
        schema::BUREAU_ID | schema::PROVINCIAL_ID => "id",
        BUREAU_EXPIRES | PROVINCIAL_EXPIRES => "expires",
        _ => field,
    }
}

const BUREAU_EXPIRES: &str = "expires:bureau";
const PROVINCIAL_EXPIRES: &str = "expires:provincial";
