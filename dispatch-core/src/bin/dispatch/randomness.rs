//! The operating system's randomness, the only one the tool uses itself.

use dispatch_core::language::Message;
use rand::TryRng as _;
use rand::rngs::SysRng;

/// Fills `bytes` for a secret or a key.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Message> {
    SysRng.try_fill_bytes(bytes).map_err(|error| {
        Message::new(
            format!("the operating system gives no randomness: {error}"),
            format!("操作系统无法提供随机数：{error}"),
        )
    })
}
