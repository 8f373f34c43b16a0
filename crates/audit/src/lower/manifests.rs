//! Manifests: the names of packages, and of parts of them, that the build tools of the languages define.

mod cargo;
mod dotnet;
mod go;
mod jsonc;
mod node;
mod python;
mod tsconfig;

use crate::facts::Manifest;

pub(super) const CARGO: &[Manifest] = &[Manifest { file: "Cargo.toml", read: cargo::read }];
pub(super) const GO: &[Manifest] = &[Manifest { file: "go.mod", read: go::read }];
pub(super) const NODE: &[Manifest] = &[
    Manifest { file: "package.json", read: node::read },
    Manifest { file: "tsconfig.json", read: tsconfig::read },
    Manifest { file: "tsconfig.base.json", read: tsconfig::read },
    Manifest { file: "jsconfig.json", read: tsconfig::read },
    Manifest { file: "tsconfig*.json", read: tsconfig::read },
    Manifest { file: "deno.json", read: tsconfig::import_map },
    Manifest { file: "deno.jsonc", read: tsconfig::import_map },
];
pub(super) const PYTHON: &[Manifest] = &[
    Manifest { file: "pyproject.toml", read: python::pyproject },
    Manifest { file: "setup.cfg", read: python::setup_cfg },
];
pub(super) const DOTNET: &[Manifest] = &[
    Manifest { file: "Directory.Build.props", read: dotnet::read },
    Manifest { file: "*.csproj", read: dotnet::read },
];
