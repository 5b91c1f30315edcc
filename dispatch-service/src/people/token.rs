//! Tokens: for programs that act for a person, with less than the person's rights and an end.
//!
//! A token is `dsp_` and 43 characters; the database holds its SHA-256. Invariant: it is shown once.

use dispatch_core::digest::{Digest, hex};
use dispatch_core::language::Message;
use dispatch_core::syntax;
use zeroize::Zeroizing;

use super::person;
use super::secret::Secret;
use crate::access::{Actor, TokenScope, Via};
use crate::problem::Problem;
use crate::store::{Row, Sql, StoreError};

/// What is known of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id: the beginning of a hash, not of the token.
    pub id: String,
    /// Whose.
    pub person: String,
    /// What for, in words.
    pub label: String,
    /// What it may be used for.
    pub scopes: Vec<TokenScope>,
    /// When it was made.
    pub created: u64,
    /// When it ends.
    pub expires: u64,
    /// Whether it was ended before.
    pub revoked: bool,
}

/// What is wanted of a new token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What for, in words.
    pub label: String,
    /// What it may be used for.
    pub scopes: Vec<TokenScope>,
    /// How many days it is valid.
    pub days: u64,
}

/// A token's text.
#[derive(Clone, Debug)]
pub struct TokenText(Secret);

impl TokenText {
    /// A new one.
    ///
    /// # Errors
    /// 500 if the operating system gives no randomness.
    pub fn new() -> Result<Self, Problem> {
        Secret::new().map(Self)
    }

    /// As it is shown, once.
    #[must_use]
    pub fn shown(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", *self.0.text()))
    }

    fn digest(&self) -> Digest {
        Digest::of(self.shown().as_bytes())
    }
}

/// Adds a token of a person.
///
/// # Errors
/// 404 if there is no such person, 409 if they have too many, 422 if something is malformed.
pub fn add(
    sql: &mut dyn Sql,
    name: &str,
    text: &TokenText,
    mut wanted: Wanted,
    now: u64,
) -> Result<Token, Problem> {
    wanted.scopes.sort_unstable_by_key(|scope| scope.word());
    wanted.scopes.dedup();
    if !syntax::is_text(&wanted.label) || wanted.label.chars().count() > 64 {
        return Err(wrong("label", "1 to 64 characters", "1至64个字符"));
    }
    if wanted.scopes.is_empty() {
        return Err(wrong(
            "scopes",
            "one or more of read, write, decide",
            "read、write、decide中的一个或多个",
        ));
    }
    if !(1..=MOST_DAYS).contains(&wanted.days) {
        return Err(wrong("days", "from 1 to 366", "1至366"));
    }
    let person = person::find(sql, name)?.filter(|person| !person.details.disabled);
    let person = person.ok_or_else(Problem::not_found)?;
    let valid = sql.query_one(
        "SELECT COUNT(*) FROM token WHERE person = ?1 AND revoked = 0 AND expires > ?2",
        &[name.into(), now.into()],
    )?;
    if valid.map_or(Ok(0), |row| row.count(0))? >= MOST {
        return Err(Problem::conflict(
            format!("{name} has {MOST} valid tokens; revoke one first"),
            format!("{name}已有{MOST}个有效令牌，请先作废不用的"),
        ));
    }
    let digest = text.digest();
    let id = hex(Digest::of(digest.as_bytes())
        .as_bytes()
        .get(..8)
        .unwrap_or_default());
    let token = Token {
        id,
        person: person.name,
        label: wanted.label,
        scopes: wanted.scopes,
        created: now,
        expires: now.saturating_add(wanted.days.saturating_mul(DAY)),
        revoked: false,
    };
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.word()).collect();
    sql.execute(
        "INSERT INTO token (id, digest, person, label, scopes, created, expires, revoked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
        &[
            token.id.as_str().into(),
            (&digest).into(),
            token.person.as_str().into(),
            token.label.as_str().into(),
            scopes.join(" ").into(),
            now.into(),
            token.expires.into(),
        ],
    )?;
    Ok(token)
}

/// Who comes with this token; none if there is none, it has ended, or its person was disabled.
///
/// # Errors
/// If the database is gone.
pub fn actor(sql: &mut dyn Sql, text: &str, now: u64) -> Result<Option<Actor>, StoreError> {
    let secret = text.strip_prefix(PREFIX).and_then(Secret::of);
    let Some(secret) = secret.map(TokenText) else {
        return Ok(None);
    };
    let row = sql.query_one(
        "SELECT t.scopes, p.name, p.roles, p.department, p.region, p.officer FROM token t JOIN person p ON p.name = t.person WHERE t.digest = ?1 AND t.revoked = 0 AND t.expires > ?2 AND p.disabled = 0",
        &[(&secret.digest()).into(), now.into()],
    )?;
    row.map(|row| person::actor(&row, 1, Via::Token(scopes(row.text(0)?)?)))
        .transpose()
}

/// Tokens of a person, the newest first.
///
/// # Errors
/// If the database is gone.
pub fn list(sql: &mut dyn Sql, name: &str) -> Result<Vec<Token>, StoreError> {
    let rows = sql.query(
        "SELECT id, person, label, scopes, created, expires, revoked FROM token WHERE person = ?1 ORDER BY created DESC, id",
        &[name.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Ends a token: of this person, or anybody's if `name` is empty. Gives whose it was.
///
/// # Errors
/// 404.
pub fn revoke(sql: &mut dyn Sql, id: &str, name: &str) -> Result<String, Problem> {
    let row = sql.query_one(
        "SELECT person FROM token WHERE id = ?1 AND (?2 = '' OR person = ?2)",
        &[id.into(), name.into()],
    )?;
    let person = row.ok_or_else(Problem::not_found)?.text(0)?.to_owned();
    sql.execute("UPDATE token SET revoked = 1 WHERE id = ?1", &[id.into()])?;
    Ok(person)
}

/// Ends all tokens of a person.
///
/// # Errors
/// If the database is gone.
pub fn revoke_all(sql: &mut dyn Sql, name: &str) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE token SET revoked = 1 WHERE person = ?1",
        &[name.into()],
    )?;
    Ok(())
}

fn read(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.text(0)?.to_owned(),
        person: row.text(1)?.to_owned(),
        label: row.text(2)?.to_owned(),
        scopes: scopes(row.text(3)?)?,
        created: row.count(4)?,
        expires: row.count(5)?,
        revoked: row.integer(6)? != 0,
    })
}

fn scopes(words: &str) -> Result<Vec<TokenScope>, StoreError> {
    let scope =
        |word| TokenScope::of(word).ok_or_else(|| StoreError::Form(format!("{word} is no scope")));
    words.split(' ').map(scope).collect()
}

fn wrong(field: &str, english: &str, chinese: &str) -> Problem {
    Problem::invalid(Message::new(
        format!("{field}: has to be {english}"),
        format!("{field}：应为{chinese}"),
    ))
}

/// Scanners for leaked secrets know a token by it.
pub const PREFIX: &str = "dsp_";
/// Most valid tokens of a person.
const MOST: u64 = 100;
const MOST_DAYS: u64 = 366;
const DAY: u64 = 24 * 60 * 60;
