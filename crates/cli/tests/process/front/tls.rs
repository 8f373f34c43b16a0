//! TLS of the server's own, with the real curl.

use crate::support::{
    raw::{End, Raw},
    server::{ADMIN_KEY, Finished, Launch, Server},
    wait_until,
};
use std::{
    fs,
    net::Ipv4Addr,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(5);

/// A folder with certificates.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        scene.certify("one");
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A certificate that is its own authority, with its key, in a folder of this name.
    fn certify(&self, name: &str) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        fs::create_dir_all(self.path(name)).unwrap();
        fs::write(self.path(name).join("tls.crt"), made.cert.pem()).unwrap();
        fs::write(self.path(name).join("tls.key"), made.signing_key.serialize_pem()).unwrap();
    }

    /// A server with the certificate in this folder.
    fn launch(&self, name: &str) -> Launch {
        let path = |file: &str| self.path(name).join(file).display().to_string();
        Launch::server(self.folder.path())
            .env("POSTRIDER_TLS_CERTIFICATE", &path("tls.crt"))
            .env("POSTRIDER_TLS_KEY", &path("tls.key"))
            .env("POSTRIDER_LOG", "info")
    }

    /// Runs curl, which trusts the certificate in the folder.
    async fn curl(&self, trusted: &str, arguments: &str) -> Finished {
        let script = format!("exec curl -s --show-error --max-time 20 --cacert {trusted}/tls.crt {arguments}");
        Launch::script(self.folder.path(), &script).run().await
    }
}

fn at(server: &Server, path: &str) -> String {
    format!("https://localhost:{}{path}", server.address.port())
}

/// The Debian build of curl speaks HTTP/2.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_speak_http_1_and_2_over_tls() {
    let scene = Scene::new();
    let server = scene.launch("one").listening().await;
    for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
        let arguments = format!("{flag} -w ' %{{http_version}}' {}", at(&server, "/healthz"));
        let answer = scene.curl("one", &arguments).await;
        let text = answer.success();
        assert!(text.contains("\"status\":\"ok\"") && text.ends_with(&format!(" {version}")), "{text}");
    }
    let sign_in = |host: &str| {
        format!(
            "-i -X POST https://{host}:{}/api/v1/session -H 'Content-Type: application/json' \
             -H 'Origin: https://{host}:{}' -d '{{\"key\": \"{ADMIN_KEY}\"}}'",
            server.address.port(),
            server.address.port()
        )
    };
    let answer = scene.curl("one", &sign_in("127.0.0.1")).await;
    let text = answer.success();
    assert!(text.starts_with("HTTP/2 201") && text.contains("; Secure"), "{text}");
    assert!(text.contains("strict-transport-security: max-age=2592000"), "{text}");
    let answer = scene.curl("one", &sign_in("localhost")).await;
    assert!(!answer.success().contains("strict-transport-security"), "{}", answer.stdout);
    scene.certify("two");
    let stranger = scene.curl("two", &at(&server, "/healthz")).await;
    assert_eq!(stranger.code, Some(60), "curl knows no authority: {}", stranger.stderr);
    let plain = scene.curl("one", &format!("-w ' %{{http_code}}' http://{}/healthz", server.address)).await;
    assert!(plain.success().contains("use https://") && plain.stdout.ends_with(" 400"), "{}", plain.stdout);

    let url = format!("https://localhost:{}", server.address.port());
    let list = |more: &[&str]| {
        let launch = Launch::new(scene.folder.path(), &["tenant", "list", "--url", &url, "--key", ADMIN_KEY]);
        more.iter().fold(launch, |launch, one| launch.argument(one))
    };
    assert_eq!(list(&["--ca-file", "one/tls.crt"]).run().await.success().trim(), "[]");
    assert_eq!(list(&[]).env("POSTRIDER_CA_FILE", "one/tls.crt").run().await.success().trim(), "[]");
    for (file, part) in [("none", "none cannot be read"), ("one/tls.key", "has no certificate in PEM")] {
        let refused = list(&["--ca-file", file]).run().await;
        assert!(refused.sentence().contains(part), "{}", refused.stderr);
    }
    assert!(list(&["--ca-file", "two/tls.crt"]).run().await.sentence().starts_with("no response from https://"));

    let listen = server.address.to_string();
    let path = |file: &str| scene.path("one").join(file).display().to_string();
    let doctor = Launch::new(scene.folder.path(), &["doctor", "--listen", &listen, "--resolve", "localhost"])
        .env("POSTRIDER_TLS_CERTIFICATE", &path("tls.crt"))
        .env("POSTRIDER_TLS_KEY", &path("tls.key"))
        .run()
        .await;
    assert!(doctor.stdout.contains("fits its key; ") && doctor.stdout.contains(" days remain ("), "{}", doctor.stdout);
    assert!(doctor.stdout.contains("The server is ready"), "{}", doctor.stdout);
    server.stop().await;
}

/// Waits until the server uses the certificate in the folder.
async fn serves(scene: &Scene, server: &Server, name: &str) {
    wait_until("the certificate is in use", async || {
        (scene.curl(name, &at(server, "/healthz")).await.code == Some(0)).then_some(())
    })
    .await;
}

fn count(server: &Server, part: &str) -> usize {
    server.process.stderr().matches(part).count()
}

const KEPT: &str = "failed to read the changed TLS certificate; the previous one stays in use";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_certificate_is_read_and_a_bad_one_is_not_used() {
    let scene = Scene::new();
    for name in ["two", "three"] {
        scene.certify(name);
    }
    // As Kubernetes does: the files are links into a folder that a link names, which is replaced at once.
    let swap = |to: &str| {
        symlink(to, scene.path("..data_tmp")).unwrap();
        fs::rename(scene.path("..data_tmp"), scene.path("..data")).unwrap();
    };
    swap("one");
    fs::create_dir(scene.path("live")).unwrap();
    for file in ["tls.crt", "tls.key"] {
        symlink(Path::new("../..data").join(file), scene.path("live").join(file)).unwrap();
    }
    let server = scene.launch("live").listening().await;
    serves(&scene, &server, "one").await;
    swap("two");
    serves(&scene, &server, "two").await;
    assert_eq!(scene.curl("one", &at(&server, "/healthz")).await.code, Some(60), "the old one is not used any more");
    assert_eq!(count(&server, KEPT), 0);

    // A certificate without its key, at SIGHUP; then half of the file.
    let (certificate, key) = (scene.path("two/tls.crt"), scene.path("two/tls.key"));
    let (good, good_key) = (fs::read(&certificate).unwrap(), fs::read(&key).unwrap());
    let next = fs::read(scene.path("three/tls.crt")).unwrap();
    for (number, bad) in [&next[..], &next[..next.len() / 2]].into_iter().enumerate() {
        fs::write(&certificate, bad).unwrap();
        server.signal("HUP");
        wait_until("the log has the error", async || (count(&server, KEPT) > number).then_some(())).await;
    }
    fs::write(scene.path("good.crt"), &good).unwrap();
    let curl = format!("exec curl -s --max-time 20 --cacert good.crt {}", at(&server, "/healthz"));
    Launch::script(scene.folder.path(), &curl).run().await.success();
    assert_eq!(count(&server, KEPT), 2, "each bad state is logged once");

    fs::write(&certificate, &next).unwrap();
    fs::copy(scene.path("three/tls.key"), &key).unwrap();
    server.signal("HUP");
    serves(&scene, &server, "three").await;
    assert_ne!(fs::read(&key).unwrap(), good_key);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_cannot_be_used_stops_the_start() {
    let scene = Scene::new();
    scene.certify("two");
    fs::copy(scene.path("two/tls.key"), scene.path("one/tls.key")).unwrap();
    let refused = scene.launch("one").run().await;
    let sentence = refused.sentence();
    assert!(
        sentence.starts_with("POSTRIDER_TLS_KEY: the key in ") && sentence.contains("does not belong"),
        "{sentence}"
    );
    let refused = scene.launch("none").run().await;
    assert!(refused.sentence().starts_with("POSTRIDER_TLS_CERTIFICATE: "), "{}", refused.stderr);
    let refused = scene.launch("one").without("POSTRIDER_TLS_KEY").run().await;
    assert!(refused.sentence().contains("so POSTRIDER_TLS_KEY must be set too"), "{}", refused.stderr);
}

/// An expired certificate may be all that there is; clients decide.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_certificate_is_a_warning() {
    let scene = Scene::new();
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2021, 1, 1));
    let key = rcgen::KeyPair::generate().unwrap();
    fs::write(scene.path("one/tls.crt"), params.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(scene.path("one/tls.key"), key.serialize_pem()).unwrap();
    let server = scene.launch("one").listening().await;
    assert_eq!(count(&server, "the TLS certificate has expired"), 1);
    let answer = scene.curl("one", &format!("--insecure {}", at(&server, "/healthz"))).await;
    answer.success();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_handshake_is_bounded_and_blocks_nobody() {
    let scene = Scene::new();
    let launch = scene.launch("one").env("POSTRIDER_TLS_HANDSHAKE_SECONDS", "1");
    let launch = launch.env("POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS", "4");
    let server = launch.env("POSTRIDER_TRUSTED_PROXIES", "127.0.0.1").listening().await;
    // Nothing; one byte; the head of a record; a record that is longer than what follows.
    let hello: &[u8] = &[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3];
    let mut slow = Vec::new();
    for part in [0, 1, 5, hello.len()] {
        let mut raw = Raw::connect_from(Ipv4Addr::new(127, 0, 0, 2), server.address).await;
        raw.send(&hello[..part]);
        slow.push(raw);
    }
    scene.curl("one", &at(&server, "/healthz")).await.success();
    // They count as connections of their address.
    let refused = scene.curl("one", &format!("--interface 127.0.0.2 {}", at(&server, "/healthz"))).await;
    assert_ne!(refused.code, Some(0), "{}", refused.stdout);
    assert_eq!(count(&server, "POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS"), 1);
    for raw in slow {
        assert_eq!(raw.end(SOON), End::Closed);
    }
    let again = scene.curl("one", &format!("--interface 127.0.0.2 {}", at(&server, "/healthz"))).await;
    again.success();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_development_server_prints_and_keeps_its_https_url() {
    let scene = Scene::new();
    let server = scene.launch("one").argument("--dev").without("POSTRIDER_ADMIN_KEY").listening().await;
    let url = format!("https://{}", server.address);
    wait_until("the link is printed", async || {
        server.process.stdout().contains(&format!("{url}/sign-in#code=")).then_some(())
    })
    .await;
    assert!(!server.process.stdout().contains("http://127.0.0.1:8080"), "{}", server.process.stdout());
    let publish = ["publish", "invoice.created", "--data", "{}"];
    let published = Launch::new(scene.folder.path(), &publish).env("POSTRIDER_CA_FILE", "one/tls.crt").run().await;
    assert!(published.success().contains("\"id\""), "{}", published.stdout);
    server.stop().await;
}
