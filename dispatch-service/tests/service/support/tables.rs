//! What stands in all tables, to be compared before and after.

use std::collections::BTreeMap;

use dispatch_service::store::Row;
use dispatch_service::store::table::TABLES;

use super::desk::Desk;

/// The rows of every table, by its name.
pub(crate) type Tables = BTreeMap<&'static str, Vec<Row>>;

/// Everything in the store.
pub(crate) fn tables(desk: &Desk) -> Tables {
    let read = desk.context.store.read_blocking(|sql| {
        let mut all = Tables::new();
        for table in TABLES.iter() {
            let rows = all.entry(table.name).or_default();
            table.for_each::<dispatch_service::problem::Problem>(sql, |row| {
                rows.push(row);
                Ok(())
            })?;
        }
        Ok(all)
    });
    read.unwrap()
}

/// The names of the tables that differ.
pub(crate) fn changed(before: &Tables, after: &Tables) -> Vec<&'static str> {
    assert_eq!(before.len(), after.len());
    let differ = before.iter().filter(|(name, rows)| after[*name] != **rows);
    differ.map(|(name, _)| *name).collect()
}
