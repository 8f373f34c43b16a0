//! Section "The catalog": its table, validation of published events, custom types, and the command.

mod command;
mod coverage;
mod published;
mod types;

use crate::{
    rows::run,
    server::{On, Server, on_both},
};

const CATALOG_FILE: &str = r#"{
  "category": "shipping", "title": "Shipping", "description": "Parcels.",
  "events": [{
    "type": "parcel.shipped", "description": "A parcel left the house.",
    "schema": { "type": "object", "properties": { "parcel_id": { "type": "string" } }, "required": ["parcel_id"] },
    "example": { "parcel_id": "p_1" }
  }]
}"#;

on_both!(catalog);

async fn catalog(on: On) {
    let server = Server::for_loopback(on, &[]);
    let mut rows = coverage::rows();
    rows.extend(published::rows());
    rows.extend(types::rows());
    rows.extend(command::rows());
    run(&server, 8, rows).await;
}

on_both!(catalog_strict);

async fn catalog_strict(on: On) {
    let server = Server::for_loopback(on, &[("POSTRIDER_CATALOG_STRICT", "true")]);
    run(&server, 4, published::strict_rows()).await;
}

on_both!(catalog_folder);

async fn catalog_folder(on: On) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("catalog")).unwrap();
    std::fs::write(folder.path().join("catalog/shipping.json"), CATALOG_FILE).unwrap();
    std::fs::write(folder.path().join("catalog/notes.txt"), "not a catalog file").unwrap();
    let more = [
        ("POSTRIDER_ALLOW_HTTP", "true"),
        ("POSTRIDER_ALLOW_NETWORKS", "127.0.0.0/8"),
        ("POSTRIDER_CATALOG_STRICT", "true"),
        ("POSTRIDER_CATALOG_FOLDER", "catalog"),
    ];
    let server = Server::start_in(on, folder, &more);
    run(&server, 4, types::folder_rows()).await;
}
