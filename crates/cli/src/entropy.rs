//! Randomness of the operating system; no other module reads it.

use model::Entropy;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(clippy::disallowed_methods, reason = "the one place that draws randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(fault) = getrandom::fill(bytes) {
            // Without randomness there are no keys and no ids, so continuing would be worse than a panic.
            panic!("failed to read randomness from the operating system: {fault}");
        }
    }
}
