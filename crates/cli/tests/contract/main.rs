//! x
use standardwebhooks as _;
fn main(){}
