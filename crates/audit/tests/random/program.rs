//! Random programs, independent of a language.

use proptest::prelude::*;

/// Few names, so that they collide.
pub(crate) const NAMES: [&str; 6] = ["key", "row", "bus", "event", "tenant", "publish"];
pub(crate) const CLASSES: [&str; 3] = ["Service", "Event", "Bus"];
pub(crate) const TEXTS: [&str; 4] = ["invoice.created", "invoice.paid", "user.deleted", "/api/v1/events"];

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(usize),
    Name(usize),
    Member(Box<Value>, usize),
    Call(Box<Value>, Vec<Value>),
    Make(usize, Vec<Value>),
    List(Vec<Value>),
    Map(Vec<(usize, Value)>),
    Index(Box<Value>, Box<Value>),
    Join(Box<Value>, Box<Value>),
    Either(Box<Value>, Box<Value>),
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Bind(usize, Value),
    Do(Value),
    Loop(usize, Value, Value),
    Answer(Value),
}

#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: usize,
    pub(crate) params: Vec<usize>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) name: usize,
    pub(crate) base: Option<usize>,
    pub(crate) constants: Vec<(usize, usize)>,
    pub(crate) methods: Vec<Function>,
}

#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) classes: Vec<Class>,
    pub(crate) functions: Vec<Function>,
}

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![(0..TEXTS.len()).prop_map(Value::Text), (0..NAMES.len()).prop_map(Value::Name)];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let some = prop::collection::vec(inner.clone(), 0..3);
        let pair = (boxed.clone(), boxed.clone());
        prop_oneof![
            (boxed.clone(), 0..NAMES.len()).prop_map(|(of, name)| Value::Member(of, name)),
            (boxed.clone(), some.clone()).prop_map(|(of, args)| Value::Call(of, args)),
            (0..CLASSES.len(), some.clone()).prop_map(|(class, args)| Value::Make(class, args)),
            some.prop_map(Value::List),
            prop::collection::vec((0..NAMES.len(), inner), 0..3).prop_map(Value::Map),
            pair.clone().prop_map(|(of, key)| Value::Index(of, key)),
            pair.clone().prop_map(|(one, other)| Value::Join(one, other)),
            pair.prop_map(|(one, other)| Value::Either(one, other)),
        ]
    })
}

pub(crate) fn function() -> impl Strategy<Value = Function> {
    let step = prop_oneof![
        3 => (0..NAMES.len(), value()).prop_map(|(name, value)| Step::Bind(name, value)),
        3 => value().prop_map(Step::Do),
        1 => (0..NAMES.len(), value(), value()).prop_map(|(name, over, inside)| Step::Loop(name, over, inside)),
        1 => value().prop_map(Step::Answer),
    ];
    let params = prop::collection::vec(0..NAMES.len(), 0..3);
    (0..NAMES.len(), params, prop::collection::vec(step, 1..6)).prop_map(|(name, mut params, steps)| {
        params.sort_unstable();
        params.dedup();
        Function { name, params, steps }
    })
}

pub(crate) fn program() -> impl Strategy<Value = Program> {
    let methods = prop::collection::vec(function(), 0..4);
    let constants = prop::collection::vec((0..NAMES.len(), 0..TEXTS.len()), 0..3);
    let class = (0..CLASSES.len(), prop::option::of(0..CLASSES.len()), constants, methods)
        .prop_map(|(name, base, constants, methods)| Class { name, base, constants, methods });
    (prop::collection::vec(class, 0..4), prop::collection::vec(function(), 1..6))
        .prop_map(|(classes, functions)| Program { classes, functions })
}
