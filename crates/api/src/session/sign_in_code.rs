//! The code in the link that `serve --dev` prints.

use crate::App;

impl App {
    /// Generates a code that signs a browser in as the operator, once and within ten minutes, at this process.
    pub fn sign_in_code(&self) -> String {
        let mut random = [0; 32];
        self.ids.secret(&mut random);
        let code = signing::generate_url_safe(random);
        self.codes.add(&code, self.clock.now());
        code
    }
}
