//! Which parts a workbook has: its sheets, shared strings and styles.
//!
//! Source: ECMA-376, part 2 (relationships) and part 1, 18.2 (workbook). Strict and transitional
//! files differ in the namespaces only, which are not looked at.
//!
//! Invariant: a path that is given out is a part of the archive.

use quick_xml::events::Event;

use super::Sheet;
use super::archive::{Archive, Role, damaged};
use super::xml::{attribute, flag};
use crate::problem::ProblemKind;

/// What the workbook part and its relationships say.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) sheets: Vec<Sheet>,
    pub(super) strings: Option<String>,
    pub(super) styles: Option<String>,
    /// Whether dates are counted from 1904.
    pub(super) is_1904: bool,
}

impl Package {
    pub(super) fn read(archive: &Archive<'_>) -> Result<Self, ProblemKind> {
        if !archive.has("_rels/.rels") {
            return Err(ProblemKind::NotWorkbook {
                format: other_format(archive),
            });
        }
        let root = relationships(archive, "_rels/.rels", "")?;
        let office = root.iter().find(|relation| relation.is("officeDocument"));
        let workbook = office
            .map(|relation| relation.target.clone())
            .unwrap_or_default();
        if !workbook.to_lowercase().ends_with(".xml") || !archive.has(&workbook) {
            return Err(ProblemKind::NotWorkbook {
                format: other_format(archive),
            });
        }
        let (folder, name) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let beside = if folder.is_empty() {
            format!("_rels/{name}.rels")
        } else {
            format!("{folder}/_rels/{name}.rels")
        };
        let relations = relationships(archive, &beside, folder)?;
        let part = |kind| {
            let found = relations.iter().find(|relation| relation.is(kind));
            found
                .map(|relation| relation.target.clone())
                .filter(|path| archive.has(path))
        };
        let mut package = Self {
            sheets: Vec::new(),
            strings: part("sharedStrings"),
            styles: part("styles"),
            is_1904: false,
        };
        // Without its styles a workbook's dates would be read as numbers.
        let styles = relations.iter().find(|relation| relation.is("styles"));
        if let Some(lost) = styles.filter(|_| package.styles.is_none()) {
            return Err(damaged(&lost.target, "the part is missing"));
        }
        package.read_workbook(archive, &workbook, &relations)?;
        Ok(package)
    }

    fn read_workbook(
        &mut self,
        archive: &Archive<'_>,
        path: &str,
        relations: &[Relation],
    ) -> Result<(), ProblemKind> {
        let mut parts = archive.parts();
        let mut xml = archive.part(&mut parts, path, Role::Other)?;
        let mut is_workbook = false;
        loop {
            match xml.next()? {
                Event::Start(element) => match element.local_name().into_inner() {
                    "workbook" => is_workbook = true,
                    "workbookPr" => self.is_1904 |= flag(&element, "date1904"),
                    "sheet" => {
                        let id = attribute(&element, "id").unwrap_or_default();
                        let state = attribute(&element, "state");
                        let relation = relations.iter().find(|relation| relation.id == id);
                        let Some(relation) = relation.filter(|r| r.is("worksheet")) else {
                            continue;
                        };
                        if !archive.has(&relation.target) {
                            return Err(damaged(&relation.target, "the part is missing"));
                        }
                        self.sheets.push(Sheet {
                            name: attribute(&element, "name").unwrap_or_default().into_owned(),
                            is_hidden: state.is_some_and(|state| state != "visible"),
                            path: relation.target.clone(),
                        });
                        if self.sheets.len() > SHEETS {
                            return Err(damaged(path, "it has too many sheets"));
                        }
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        if is_workbook && !self.sheets.is_empty() {
            Ok(())
        } else {
            Err(ProblemKind::NotWorkbook {
                format: other_format(archive),
            })
        }
    }
}

/// One line of a relationships part.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Relation {
    fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }
}

/// The relationships of a part; targets are made relative to the archive.
fn relationships(
    archive: &Archive<'_>,
    path: &str,
    folder: &str,
) -> Result<Vec<Relation>, ProblemKind> {
    let mut parts = archive.parts();
    let mut xml = archive.part(&mut parts, path, Role::Other)?;
    let mut relations = Vec::new();
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().into_inner() == "Relationship" => {
                let value = |name| attribute(&element, name).unwrap_or_default().into_owned();
                relations.push(Relation {
                    id: value("Id"),
                    kind: value("Type"),
                    target: resolved(&value("Target"), folder),
                });
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// A target without `..` and without a leading stroke.
fn resolved(target: &str, folder: &str) -> String {
    let target = target.replace('\\', "/");
    let absolute = target.starts_with('/');
    let mut path: Vec<&str> = if absolute {
        Vec::new()
    } else {
        folder.split('/').collect()
    };
    for step in target.split('/') {
        match step {
            ".." => {
                path.pop();
            }
            "" | "." => {}
            step => path.push(step),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

/// What a ZIP file is that is no XLSX file.
fn other_format(archive: &Archive<'_>) -> &'static str {
    if archive.has("content.xml") && archive.has("META-INF/manifest.xml") {
        "ODS/OpenDocument"
    } else if archive.has("xl/workbook.bin") {
        "XLSB"
    } else if archive.has("word/document.xml") {
        "DOCX"
    } else if archive.has("ppt/presentation.xml") {
        "PPTX"
    } else {
        "ZIP"
    }
}

const SHEETS: usize = 1_000;
