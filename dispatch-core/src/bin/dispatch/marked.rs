//! Copies of lists as XLSX in which every bad cell is coloured and says what is wrong with it.
//!
//! Rows keep their numbers and cells their addresses, all as text. Behind the last column stand what
//! is wrong and what to do, for every bad row; comments only for the first ten thousand cells, since
//! spreadsheet programs become slow beyond. Two more sheets list all problems and explain the copy.
//! Rows go to temporary files in the new folder, so memory does not grow with the list.

mod copy;

use std::io::Write;
use std::path::{Path, PathBuf};

use dispatch_core::export::write_csv_for_excel;
use dispatch_core::language::Language;
use dispatch_core::material::List;
use dispatch_core::problem::{Problem, Problems};
use dispatch_core::workbook::cell_name;

use crate::args::Inputs;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder};
use crate::list::locate;
use copy::Copy;

/// Writes a copy of every list that has errors or warnings; gives the names of the files.
pub(crate) fn write_copies(
    console: &Console,
    dir: &Path,
    inputs: &Inputs,
    lists: &[List],
    problems: &Problems,
) -> Done<Vec<String>> {
    let mut names = Vec::new();
    if lists.iter().all(|list| list.problems(problems).is_empty()) {
        return Ok(names);
    }
    let folder = NewFolder::create(dir)?;
    for list in lists {
        let own = list.problems(problems);
        if own.is_empty() {
            continue;
        }
        let name = format!("{}.xlsx", list.title);
        let step = console.step(&format!("marking up {name}"), &format!("正在批注{name}"));
        let bytes = folder::read(&file_of(inputs, list.title))?;
        let copy = Copy::new(list, &own, console.language());
        let path = folder.path().join(&name);
        let mut fault = None;
        let written = folder::write_with(&path, false, |mut file| {
            let made = copy.write(&bytes, folder.path(), &mut |row| {
                step.doing(&format!("{name} {row}"))
            });
            match made.and_then(|mut workbook| workbook.save_to_writer(&mut file)) {
                Ok(()) => Ok(file),
                Err(error) => {
                    fault = Some(error.to_string());
                    Err(std::io::Error::other("not written"))
                }
            }
        });
        if let Some(error) = fault {
            let dir = dir.display();
            return Err(Failure::new(
                format!("{dir}/{name}: {error}; check the free space"),
                format!("{dir}/{name}：无法写入（{error}），请检查磁盘空间"),
            ));
        }
        written?;
        names.push(name);
    }
    folder.finish()?;
    Ok(names)
}

/// Where a list was read from.
fn file_of(inputs: &Inputs, title: &str) -> PathBuf {
    let path = match title {
        "subjects" => inputs.subjects.as_deref(),
        "recusals" => inputs.recusals.as_deref(),
        _ => Some(inputs.officers.as_path()),
    };
    locate(path.unwrap_or(&inputs.officers)).0
}

/// Writes all problems, notes among them, as CSV.
pub(crate) fn write_list(path: &Path, problems: &Problems, language: Language) -> Done {
    folder::must_not_exist(path)?;
    let headers = match language {
        Language::Chinese => [
            "文件",
            "工作表",
            "行",
            "列",
            "单元格",
            "程度",
            "代码",
            "问题",
            "处理办法",
        ],
        Language::English => [
            "file", "sheet", "row", "column", "cell", "severity", "code", "problem", "remedy",
        ],
    };
    let rows = problems.iter().map(|problem| {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or("").to_owned();
        let row = problem.row.map(|row| row.to_string()).unwrap_or_default();
        vec![
            problem.file.to_string(),
            text(&problem.sheet),
            row,
            text(&problem.column),
            address(problem),
            problem.severity.name(language).to_owned(),
            problem.code().to_owned(),
            problem.message(language),
            problem.remedy(language),
        ]
    });
    folder::write_with(path, false, |file| {
        let mut target = std::io::BufWriter::new(file);
        write_csv_for_excel(&mut target, &headers, rows)?;
        target.flush()?;
        target
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)
    })
}

fn address(problem: &Problem) -> String {
    let place = problem.column_number.zip(problem.row);
    place
        .map(|(column, row)| cell_name(column, row))
        .unwrap_or_default()
}
