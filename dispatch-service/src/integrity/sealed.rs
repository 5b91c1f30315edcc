//! Whether sealed files open with the envelope key that is here.

use crate::campaign::files;
use crate::keys::Envelope;
use crate::store::Sql;

use super::Fault;

/// Opens sealed files, at most so many; how many opened. One that expired is passed over.
///
/// # Errors
/// The first that does not open, or that the database is gone.
pub fn check(sql: &mut dyn Sql, envelope: &Envelope, most: u64) -> Result<u64, Fault> {
    let mut opened = 0_u64;
    let mut after = (String::new(), String::new());
    loop {
        let rows = sql.query(
            "SELECT holder, name FROM held_file WHERE sealed = 1 AND (holder, name) > (?1, ?2) ORDER BY holder, name LIMIT 100",
            &[after.0.as_str().into(), after.1.as_str().into()],
        )?;
        if rows.is_empty() {
            return Ok(opened);
        }
        for row in rows {
            if opened >= most {
                return Ok(opened);
            }
            let (holder, name) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
            match files::read(sql, envelope, &holder, &name) {
                Ok(_) => opened = opened.saturating_add(1),
                Err(problem) if problem.status == 410 => {}
                Err(problem) => {
                    let told = problem.message;
                    return Err(Fault::new(
                        format!("held_file, row {holder} {name}: {}", told.english),
                        format!("held_file，{holder} {name}：{}", told.chinese),
                    ));
                }
            }
            after = (holder, name);
        }
    }
}
