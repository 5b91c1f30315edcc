//! Passwords: what is asked of a new one, and argon2id.
//!
//! Parameters: 19 MiB, 2 passes, 1 lane (the OWASP password storage cheat sheet's first choice); a salt
//! of 16 bytes, 32 bytes of hash, as a PHC string. Invariant: whether a name has a password, and whether
//! there is the name, costs the same time: without one, a hash that nothing matches is computed.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use dispatch_core::language::Message;
use dispatch_core::randomness;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use crate::problem::Problem;

/// A password as somebody gave it: not shown by `Debug`, and wiped when it is dropped.
#[derive(Clone, serde::Deserialize)]
#[serde(from = "String")]
pub struct Password(Zeroizing<String>);

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

impl Password {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Refuses a new password that is too short, too long, or the name.
///
/// # Errors
/// 422.
pub fn check_new(name: &str, password: &Password) -> Result<(), Problem> {
    let password = password.text();
    let length = password.chars().count();
    if (SHORTEST..=LONGEST).contains(&length) && !password.eq_ignore_ascii_case(name) {
        return Ok(());
    }
    Err(Problem::new(
        422,
        "password",
        format!("a password has {SHORTEST} to {LONGEST} characters and is not the name"),
        format!("密码应为{SHORTEST}至{LONGEST}个字符，且不得与登录名相同"),
    ))
}

/// The PHC string of a password. It takes long: from a plain thread.
///
/// # Errors
/// If there is no randomness or memory.
pub fn hash(password: &str) -> Result<String, Message> {
    let mut salt = [0; 16];
    randomness::fill(&mut salt)?;
    let hashed = argon2()?.hash_password_with_salt(password.as_bytes(), &salt);
    hashed.map(|hash| hash.to_string()).map_err(unusable)
}

/// Whether a password has this PHC string; none matches nothing, and takes as long.
///
/// # Errors
/// If there is no memory.
pub fn matches(password: &str, stored: Option<&str>) -> Result<bool, Message> {
    let argon2 = argon2()?;
    let matches = argon2.verify_password(password.as_bytes(), stored.unwrap_or(NOBODY));
    Ok(matches.is_ok() && stored.is_some())
}

/// Hashes outside of the asynchronous threads, few at once: each takes 19 MiB and much time. Clones
/// share the places.
#[derive(Clone, Debug)]
pub struct Hashing {
    waiting: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            waiting: Arc::new(Semaphore::new(WAITING)),
            running: Arc::new(Semaphore::new(RUNNING)),
        }
    }
}

impl Hashing {
    /// See [`hash`].
    ///
    /// # Errors
    /// 503 if too many wait.
    pub async fn hash(&self, password: Password) -> Result<String, Problem> {
        self.run(move || hash(password.text())).await
    }

    /// See [`matches()`].
    ///
    /// # Errors
    /// 503 if too many wait.
    pub async fn matches(
        &self,
        password: Password,
        stored: Option<String>,
    ) -> Result<bool, Problem> {
        self.run(move || matches(password.text(), stored.as_deref()))
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Message> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.waiting).try_acquire_owned();
        let place = place.map_err(|_| busy())?;
        let turn = Arc::clone(&self.running).acquire_owned().await;
        let turn = turn.map_err(|_| busy())?;
        // Whoever goes away does not make room before the work is done.
        let held: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (place, turn);
        let done = tokio::task::spawn_blocking(move || {
            let _held = held;
            job()
        });
        let done = done.await.map_err(|error| Problem::internal(&error))?;
        done.map_err(|message| Problem::internal(&message.english))
    }
}

fn argon2() -> Result<Argon2<'static>, Message> {
    let params = Params::new(MEMORY, PASSES, 1, Some(32)).map_err(unusable)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn unusable(error: impl std::fmt::Display) -> Message {
    Message::new(
        format!("the password cannot be hashed: {error}"),
        format!("无法计算密码哈希：{error}"),
    )
}

fn busy() -> Problem {
    Problem::unavailable(
        "busy",
        "too many people log in at this moment; try again",
        "当前登录人数过多，请稍后重试",
    )
}

/// Fewest characters of a new password.
pub const SHORTEST: usize = 12;
/// Most characters.
pub const LONGEST: usize = 256;
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const RUNNING: usize = 2;
const WAITING: usize = 64;
/// Compared with where there is no password: well formed, with the same parameters; salt and hash are
/// zeros, which is the hash of nothing anybody will find.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn a_hash_says_its_parameters_and_matches_only_its_password() {
        let stored = hash("correct horse battery").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(stored, hash("correct horse battery").unwrap());
        assert!(matches("correct horse battery", Some(&stored)).unwrap());
        assert!(!matches("correct horse batterz", Some(&stored)).unwrap());
        assert!(!matches("correct horse battery", None).unwrap());
        // A row that is not as this program writes it matches nothing.
        assert!(!matches("", Some("")).unwrap());
    }

    #[test]
    fn a_hash_of_the_reference_implementation_is_read() {
        // argon2-cffi 25.1.0 (PyPI), which wraps the C reference: hash_secret(PASSWORD,
        // b"somesaltsomesalt", time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, type=ID).
        let stored = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$DhkGWSzH+JVP5G9mUtA2UdTFdqiEI/xWZWnpdZkGB4I";
        assert!(matches("随机抽查的密码", Some(stored)).unwrap());
        assert!(!matches("随机抽查的密碼", Some(stored)).unwrap());
    }

    #[test]
    fn what_stands_for_nobody_is_computed_and_not_refused_at_once() {
        let parsed = argon2::PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&parsed).unwrap();
        let real = hash("correct horse battery").unwrap();
        let real = argon2::PasswordHash::new(&real).unwrap();
        assert_eq!(params, Params::try_from(&real).unwrap());
        assert_eq!(parsed.algorithm, real.algorithm);
        assert_eq!(parsed.version, real.version);
    }

    #[test]
    fn short_long_and_own_names_are_refused() {
        let refused = |name: &str, text: &str| check_new(name, &text.to_owned().into()).is_err();
        assert!(refused("zhang", "12345678901"));
        assert!(!refused("zhang", "123456789012"));
        assert!(!refused("zhang", "一二三四五六七八九十甲乙"));
        assert!(refused("zhang.san.feng", "Zhang.San.Feng"));
        assert!(refused("zhang", &"x".repeat(257)));
    }
}
