//! Prometheus.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};
use testing::Prometheus;

const CONFIGURATION: &str = "scrape_configs: []\nrule_files: [rules.yml]\n";
const RULES: &str = "groups: [{name: one, rules: [{record: two, expr: vector(2)}]}]\n";

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn prometheus_reads_its_files_and_leaves_nothing_behind() {
    let server = Prometheus::start(&[("prometheus.yml", CONFIGURATION), ("rules.yml", RULES)]);
    let address = server.address();
    let answer = get(address, "/api/v1/rules");
    assert!(answer.contains(r#""name":"two","query":"vector(2)""#), "{answer}");
    drop(server);
    assert!(TcpStream::connect(address).is_err(), "it has ended");
}

#[test]
#[should_panic(expected = "Prometheus did not start")]
fn a_faulty_configuration_is_shown() {
    Prometheus::start(&[("prometheus.yml", "scrape_configs: 1\n")]);
}
