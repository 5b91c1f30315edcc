//! A person: name, roles, scope. Kept by administrators.
//!
//! Invariant: whatever changes what somebody may do ends their sessions, so that no session has rights
//! of yesterday; and there is always an administrator who can come in.

use dispatch_core::language::Message;
use dispatch_core::syntax;

use super::{session, token};
use crate::access::{Actor, Role, Scope, Via};
use crate::problem::Problem;
use crate::store::{Row, Sql, StoreError};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Login name.
    pub name: String,
    /// What can be changed.
    pub details: Details,
    /// Whether they have a password; without one they come through the gateway or with a token.
    pub has_password: bool,
    /// Until when the name is locked after failed logins; 0 if never.
    pub locked_until: u64,
    /// When they were added.
    pub created: u64,
}

/// What of a person can be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The name that people see.
    pub shown: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Where.
    pub scope: Scope,
    /// Id in officer rosters; empty for others.
    pub officer: String,
    /// Whether they are kept out.
    pub disabled: bool,
}

impl Details {
    /// Refuses what is no name, roles, scope.
    ///
    /// # Errors
    /// 422 with the field.
    pub fn check(&mut self) -> Result<(), Problem> {
        self.roles.sort_unstable();
        self.roles.dedup();
        let short = |text: &str| syntax::is_text(text) && text.chars().count() <= 64;
        let or_empty = |text: &str| text.is_empty() || short(text);
        if !short(&self.shown) {
            return Err(wrong("shown", "1 to 64 characters", "1至64个字符"));
        }
        if !or_empty(&self.scope.department) {
            return Err(wrong("department", "at most 64 characters", "至多64个字符"));
        }
        if !or_empty(&self.scope.region) {
            return Err(wrong("region", "at most 64 characters", "至多64个字符"));
        }
        let everywhere = self.scope == Scope::default();
        if self.roles.contains(&Role::Administrator) && !everywhere {
            return Err(wrong(
                "department",
                "empty for an administrator, who keeps the people of all departments; region likewise",
                "管理员管理全部人员，部门和区域须为空",
            ));
        }
        if !self.officer.is_empty() && !syntax::is_id(&self.officer) {
            return Err(wrong(
                "officer",
                "an id of the officer roster",
                "执法检查人员名录库中的编号",
            ));
        }
        if self.roles.contains(&Role::Officer) == self.officer.is_empty() {
            return Err(wrong(
                "officer",
                "given for the role officer, and only for it",
                "角色为执法检查人员时必填，其他角色不填",
            ));
        }
        Ok(())
    }
}

/// Whether this can be a login name.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (2..=64).contains(&name.len())
        && name.bytes().next().is_some_and(plain)
        && name
            .bytes()
            .all(|byte| plain(byte) || b"._@-".contains(&byte))
}

/// Adds a person, with the PHC string of a password or none.
///
/// # Errors
/// 422 if something is malformed, 409 if the name is taken.
pub fn add(
    sql: &mut dyn Sql,
    name: &str,
    mut details: Details,
    password: Option<&str>,
    now: u64,
) -> Result<Person, Problem> {
    if !is_name(name) {
        return Err(wrong(
            "name",
            "2 to 64 small letters, digits and . _ @ -, beginning with a letter or digit",
            "2至64个小写字母、数字及 . _ @ -，以字母或数字开头",
        ));
    }
    details.check()?;
    if find(sql, name)?.is_some() {
        return Err(Problem::conflict(
            format!("there is a person {name} already; choose another name"),
            format!("登录名{name}已存在，请另选"),
        ));
    }
    sql.execute(
        "INSERT INTO person (name, shown, roles, department, region, officer, password, disabled, failures, locked_until, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, ?9)",
        &[
            name.into(),
            details.shown.as_str().into(),
            words(&details.roles).into(),
            details.scope.department.as_str().into(),
            details.scope.region.as_str().into(),
            details.officer.as_str().into(),
            password.unwrap_or_default().into(),
            details.disabled.into(),
            now.into(),
        ],
    )?;
    Ok(Person {
        name: name.to_owned(),
        details,
        has_password: password.is_some(),
        locked_until: 0,
        created: now,
    })
}

/// Changes a person. If what they may do changed, their sessions end; if they are disabled, their
/// tokens end too.
///
/// # Errors
/// 404, 422, or 409 if no administrator would be left.
pub fn change(sql: &mut dyn Sql, name: &str, mut details: Details) -> Result<Person, Problem> {
    details.check()?;
    let before = find(sql, name)?.ok_or_else(Problem::not_found)?;
    let kept_in = |details: &Details| !details.disabled && details.roles.contains(&ADMINISTRATOR);
    if kept_in(&before.details) && !kept_in(&details) && administrators(sql)? < 2 {
        return Err(Problem::conflict(
            format!("{name} is the last administrator; make another one first"),
            format!("{name}是最后一名管理员，请先设置另一名管理员"),
        ));
    }
    sql.execute(
        "UPDATE person SET shown = ?2, roles = ?3, department = ?4, region = ?5, officer = ?6, disabled = ?7 WHERE name = ?1",
        &[
            name.into(),
            details.shown.as_str().into(),
            words(&details.roles).into(),
            details.scope.department.as_str().into(),
            details.scope.region.as_str().into(),
            details.officer.as_str().into(),
            details.disabled.into(),
        ],
    )?;
    let same_rights = Details {
        shown: details.shown.clone(),
        ..before.details.clone()
    } == details;
    if !same_rights {
        session::end_all(sql, name)?;
    }
    if details.disabled {
        token::revoke_all(sql, name)?;
    }
    Ok(Person { details, ..before })
}

/// Sets or takes away the password, and ends lock and sessions.
///
/// # Errors
/// 404.
pub fn set_password(sql: &mut dyn Sql, name: &str, password: Option<&str>) -> Result<(), Problem> {
    let changed = sql.execute(
        "UPDATE person SET password = ?2, failures = 0, locked_until = 0 WHERE name = ?1",
        &[name.into(), password.unwrap_or_default().into()],
    )?;
    if changed == 0 {
        return Err(Problem::not_found());
    }
    session::end_all(sql, name)?;
    Ok(())
}

/// A person by name.
///
/// # Errors
/// If the database is gone.
pub fn find(sql: &mut dyn Sql, name: &str) -> Result<Option<Person>, StoreError> {
    // What cannot be a name is not asked for: PostgreSQL takes no NUL.
    if !is_name(name) {
        return Ok(None);
    }
    let row = sql.query_one(
        "SELECT name, roles, department, region, officer, shown, disabled, CAST(CASE WHEN password = '' THEN 0 ELSE 1 END AS BIGINT), locked_until, created FROM person WHERE name = ?1",
        &[name.into()],
    )?;
    row.map(|row| read(&row)).transpose()
}

/// People after a name, by name.
///
/// # Errors
/// If the database is gone.
pub fn list(sql: &mut dyn Sql, after: &str, limit: u64) -> Result<Vec<Person>, StoreError> {
    let rows = sql.query(
        "SELECT name, roles, department, region, officer, shown, disabled, CAST(CASE WHEN password = '' THEN 0 ELSE 1 END AS BIGINT), locked_until, created FROM person WHERE name > ?1 ORDER BY name LIMIT ?2",
        &[after.into(), limit.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Somebody known, from the columns name, roles, department, region, officer that begin at `first`.
pub(super) fn actor(row: &Row, first: usize, via: Via) -> Result<Actor, StoreError> {
    let column = |number: usize| row.text(first.saturating_add(number));
    Ok(Actor {
        name: column(0)?.to_owned(),
        roles: roles(column(1)?)?,
        scope: Scope {
            department: column(2)?.to_owned(),
            region: column(3)?.to_owned(),
        },
        officer: column(4)?.to_owned(),
        via,
    })
}

fn administrators(sql: &mut dyn Sql) -> Result<usize, StoreError> {
    let rows = sql.query("SELECT roles FROM person WHERE disabled = 0", &[])?;
    let mut count = 0_usize;
    for row in &rows {
        if roles(row.text(0)?)?.contains(&ADMINISTRATOR) {
            count = count.saturating_add(1);
        }
    }
    Ok(count)
}

fn read(row: &Row) -> Result<Person, StoreError> {
    let Actor {
        name,
        roles,
        scope,
        officer,
        ..
    } = actor(row, 0, Via::Session)?;
    Ok(Person {
        name,
        details: Details {
            shown: row.text(5)?.to_owned(),
            roles,
            scope,
            officer,
            disabled: row.integer(6)? != 0,
        },
        has_password: row.integer(7)? != 0,
        locked_until: row.count(8)?,
        created: row.count(9)?,
    })
}

fn roles(words: &str) -> Result<Vec<Role>, StoreError> {
    let words = words.split(' ').filter(|word| !word.is_empty());
    words
        .map(|word| Role::of(word).ok_or_else(|| StoreError::Form(format!("{word} is no role"))))
        .collect()
}

fn words(roles: &[Role]) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
    words.join(" ")
}

fn wrong(field: &str, english: &str, chinese: &str) -> Problem {
    Problem::invalid(Message::new(
        format!("{field}: has to be {english}"),
        format!("{field}：应为{chinese}"),
    ))
}

const ADMINISTRATOR: Role = Role::Administrator;
