//! A secret of 32 random bytes: of a session or a token. Shown as 43 characters, stored as a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dispatch_core::digest::{Digest, tagged};
use dispatch_core::randomness;
use zeroize::Zeroizing;

use crate::problem::Problem;

/// A secret. It has no `Debug` that shows it.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// 500 if the operating system gives no randomness.
    pub fn new() -> Result<Self, Problem> {
        let mut bytes = Zeroizing::new([0; 32]);
        randomness::fill(&mut *bytes).map_err(|message| Problem::internal(&message.english))?;
        Ok(Self(bytes))
    }

    /// The secret of a text that was shown.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        <[u8; 32]>::try_from(bytes.as_slice())
            .ok()
            .map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// As it is shown: base64url.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(encoded(&*self.0))
    }

    /// Its hash for a purpose. It has 256 bits, so that no salt or slow hash is needed.
    #[must_use]
    pub fn digest(&self, purpose: &str) -> Digest {
        tagged(purpose, &[&*self.0])
    }
}

/// base64url without padding.
#[must_use]
pub fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
