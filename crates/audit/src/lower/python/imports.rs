//! Imports in Python.

use crate::lower::writer::{Writer, named};
use tree_sitter::Node;

pub(super) fn import(w: &mut Writer<'_>, node: Node<'_>) {
    for child in named(node) {
        let (path, alias) = match child.kind() {
            "aliased_import" => (w.field_text(child, "name"), w.field_text(child, "alias")),
            _ => (Some(w.text(child)), None),
        };
        let Some(path) = path else { continue };
        let module: Vec<String> = path.split('.').map(str::to_owned).collect();
        // `import a.b` makes `a` known; `a.b.X` is then followed from there.
        match alias {
            Some(alias) => w.import(alias, module, None),
            None => w.import(&module[0].clone(), module[..1].to_vec(), None),
        }
    }
}

pub(super) fn import_from(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(from) = w.child(node, "module_name") else { return };
    let text = w.text(from);
    let dots = text.chars().take_while(|c| *c == '.').count();
    let mut module: Vec<String> = Vec::new();
    if dots > 0 {
        // The first dot is the package of the file: its folder.
        let folder = w.facts.file.split('/').count() - 1;
        let parts: Vec<String> = w.facts.file.split('/').take(folder).map(str::to_owned).collect();
        module.extend(parts.into_iter().take((folder + 1).saturating_sub(dots)));
    }
    module.extend(text[dots..].split('.').filter(|part| !part.is_empty()).map(str::to_owned));
    let names = w.children(node, "name");
    if names.is_empty() {
        w.import("*", module.clone(), Some("*"));
    }
    for name in names {
        match name.kind() {
            "aliased_import" => {
                if let (Some(item), Some(alias)) = (w.field_text(name, "name"), w.field_text(name, "alias")) {
                    w.import(alias, module.clone(), Some(item));
                }
            }
            _ => w.import(w.text(name), module.clone(), Some(w.text(name))),
        }
    }
}
