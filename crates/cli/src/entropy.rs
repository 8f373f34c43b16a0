//! The operating system's randomness: the one place that asks for it.

use model::Entropy;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(clippy::disallowed_methods, reason = "the one place that draws randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(fault) = getrandom::fill(bytes) {
            // Without randomness there are no keys and no ids: going on would be worse than stopping.
            panic!("the operating system gives no randomness: {fault}");
        }
    }
}
