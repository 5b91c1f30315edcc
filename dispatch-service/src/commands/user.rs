//! `dispatch-service user`: works on the database itself, while the service runs or not.
//!
//! Whoever may run it holds the machine, so nobody is asked who they are; the audit trail says
//! `(command)`. Invariant: a password is never an argument, where other users of the machine see it.

use std::io::{BufRead as _, IsTerminal as _, Write};
use std::path::Path;

use dispatch_core::language::Message;
use dispatch_core::syntax::shown_time;
use zeroize::Zeroizing;

use crate::access::Scope;
use crate::args::user::{User, UserAdd, UserCommand, UserReset, UserToken};
use crate::audit;
use crate::people::password::{self, Password, check_new};
use crate::people::person::{self, Details};
use crate::people::token::{self, TokenText, Wanted};
use crate::problem::Problem;
use crate::store::{Backend, Sql};

/// Runs the command; `now` is the time.
///
/// # Errors
/// If the database is gone or not migrated, or what is asked for is refused.
pub fn run(user: &User, backend: &Backend, now: u64, out: &mut dyn Write) -> Result<(), Message> {
    let migrated = backend.is_migrated();
    if !migrated.map_err(|error| Problem::from(error).message)? {
        return Err(Message::new(
            "the database has no tables of this version yet; run dispatch-service migrate, or serve for the embedded store",
            "数据库尚无本版本的数据表，请先运行 dispatch-service migrate；内置数据库可直接运行 serve",
        ));
    }
    let text = match &user.command {
        UserCommand::Add(options) => add(options, backend, now)?,
        UserCommand::List => list(backend, now)?,
        UserCommand::Reset(options) => reset(options, backend, now)?,
        UserCommand::Disable { name } => disable(name, true, backend, now)?,
        UserCommand::Enable { name } => disable(name, false, backend, now)?,
        UserCommand::Token(options) => token(options, backend, now)?,
    };
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Message::new(error.to_string(), error.to_string()))
}

fn add(options: &UserAdd, backend: &Backend, now: u64) -> Result<Zeroizing<String>, Message> {
    let name = options.name.as_str();
    let details = Details {
        shown: options.shown.clone().unwrap_or_else(|| name.to_owned()),
        roles: options.role.clone(),
        scope: Scope {
            department: options.department.clone(),
            region: options.region.clone(),
        },
        officer: options.officer.clone(),
        disabled: false,
    };
    let hash = if options.no_password {
        None
    } else {
        Some(hashed(name, options.password_file.as_deref())?)
    };
    let done = change(backend, |sql| {
        let person = person::add(sql, name, details, hash.as_deref(), now)?;
        let roles: Vec<&str> = person.details.roles.iter().map(|r| r.word()).collect();
        let roles = format!("roles: {}", roles.join(" "));
        audit::record_command(sql, now, "person-add", name, &roles)
    });
    done.map_err(|problem| problem.message)?;
    Ok(Zeroizing::new(format!("{name}\n")))
}

fn list(backend: &Backend, now: u64) -> Result<Zeroizing<String>, Message> {
    let mut text = String::new();
    let mut after = String::new();
    loop {
        let people = backend.once(false, |sql| Ok(person::list(sql, &after, PAGE)?));
        let people = people.map_err(|problem| problem.message)?;
        let Some(last) = people.last() else {
            return Ok(Zeroizing::new(text));
        };
        after = last.name.clone();
        for person in people {
            let Details {
                shown,
                roles,
                scope,
                officer,
                disabled,
            } = person.details;
            let roles: Vec<&str> = roles.iter().map(|role| role.word()).collect();
            let state = if disabled {
                "disabled"
            } else if person.locked_until > now {
                "locked"
            } else {
                "active"
            };
            let line = [
                person.name.as_str(),
                state,
                &roles.join(","),
                &scope.department,
                &scope.region,
                &officer,
                &shown,
            ];
            text.push_str(&line.join("\t"));
            text.push('\n');
        }
    }
}

fn reset(options: &UserReset, backend: &Backend, now: u64) -> Result<Zeroizing<String>, Message> {
    let name = options.name.as_str();
    let found = backend.once(false, |sql| Ok(person::find(sql, name)?));
    // Before somebody types a password twice.
    found
        .map_err(|problem| problem.message)?
        .ok_or_else(|| nobody(name))?;
    let hash = hashed(name, options.password_file.as_deref())?;
    let done = change(backend, |sql| {
        person::set_password(sql, name, Some(&hash))?;
        audit::record_command(sql, now, "password-set", name, "")
    });
    done.map_err(|problem| problem.message)?;
    Ok(Zeroizing::new(format!("{name}\n")))
}

fn disable(
    name: &str,
    disabled: bool,
    backend: &Backend,
    now: u64,
) -> Result<Zeroizing<String>, Message> {
    let done = change(backend, |sql| {
        let Some(person) = person::find(sql, name)? else {
            return Ok(false);
        };
        let details = Details {
            disabled,
            ..person.details
        };
        person::change(sql, name, details)?;
        let told = if disabled { "disabled" } else { "enabled" };
        audit::record_command(sql, now, "person-change", name, told)?;
        Ok(true)
    });
    if done.map_err(|problem| problem.message)? {
        return Ok(Zeroizing::new(format!("{name}\n")));
    }
    Err(nobody(name))
}

fn token(options: &UserToken, backend: &Backend, now: u64) -> Result<Zeroizing<String>, Message> {
    let text = TokenText::new().map_err(|problem| problem.message)?;
    let wanted = Wanted {
        label: options.label.clone(),
        scopes: options.scope.clone(),
        days: options.days,
    };
    let name = options.name.as_str();
    let done = change(backend, |sql| {
        if person::find(sql, name)?.is_none() {
            return Ok(None);
        }
        let token = token::add(sql, name, &text, wanted, now)?;
        audit::record_command(sql, now, "token-add", &token.id, &token.label)?;
        Ok(Some(token))
    });
    let token = done.map_err(|problem| problem.message)?;
    let token = token.ok_or_else(|| nobody(name))?;
    // Only the token goes to the output, so that it can be piped.
    let (id, until) = (&token.id, shown_time(token.expires));
    let _ = writeln!(
        std::io::stderr(),
        "token {id} of {name}, until {until}; it is not shown again 令牌仅显示一次"
    );
    Ok(Zeroizing::new(format!("{}\n", *text.shown())))
}

/// A change on a connection of its own, while no other process writes.
fn change<T>(
    backend: &Backend,
    job: impl FnOnce(&mut dyn Sql) -> Result<T, Problem>,
) -> Result<T, Problem> {
    backend.once(true, |sql| {
        audit::lock(sql)?;
        job(sql)
    })
}

fn hashed(name: &str, file: Option<&Path>) -> Result<String, Message> {
    let password = read_password(file)?;
    check_new(name, &password).map_err(|problem| problem.message)?;
    password::hash(password.text())
}

/// From the file; else from the terminal, twice and without showing it; else from standard input.
fn read_password(file: Option<&Path>) -> Result<Password, Message> {
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.map_err(|error| {
            let path = path.display();
            Message::new(format!("{path}: {error}"), format!("{path}：{error}"))
        })?;
        return Ok(first_line(&text));
    }
    let failed = |error: std::io::Error| {
        Message::new(
            format!("no password could be read: {error}"),
            format!("无法读取密码：{error}"),
        )
    };
    let input = std::io::stdin();
    if !input.is_terminal() {
        let mut line = Zeroizing::new(String::new());
        input.lock().read_line(&mut line).map_err(failed)?;
        return Ok(first_line(&line));
    }
    let ask = |text: &str| rpassword::prompt_password(text).map(Zeroizing::new);
    let first = ask("password 密码: ").map_err(failed)?;
    let second = ask("again 再输入一次: ").map_err(failed)?;
    if first == second {
        return Ok(first_line(&first));
    }
    Err(Message::new(
        "the two passwords differ; try again",
        "两次输入的密码不同，请重试",
    ))
}

fn first_line(text: &str) -> Password {
    text.lines().next().unwrap_or_default().to_owned().into()
}

fn nobody(name: &str) -> Message {
    Message::new(
        format!("there is no person {name}; see dispatch-service user list"),
        format!("没有登录名为{name}的人员，可用 dispatch-service user list 查看"),
    )
}

const PAGE: u64 = 500;
