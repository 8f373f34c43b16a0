//! A log whose settings change nothing.

use std::sync::Mutex;

/// Settings of a log: the filter and the sample.
#[derive(Debug)]
pub(crate) struct FakeLog(Mutex<(String, f64)>);

impl Default for FakeLog {
    fn default() -> Self {
        Self(Mutex::new(("info".into(), 1.0)))
    }
}

impl api::LogControl for FakeLog {
    fn filter(&self) -> String {
        self.0.lock().unwrap().0.clone()
    }

    fn set_filter(&self, filter: &str) -> Result<(), String> {
        if filter == "loud" {
            return Err("has \"loud\", which is not a level".into());
        }
        filter.clone_into(&mut self.0.lock().unwrap().0);
        Ok(())
    }

    fn sample(&self) -> f64 {
        self.0.lock().unwrap().1
    }

    fn set_sample(&self, share: f64) {
        self.0.lock().unwrap().1 = share;
    }
}
