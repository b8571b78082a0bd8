//! Shapes to file descriptors: one file a package, the well-known types in files of their usual names.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto,
    FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto, OneofDescriptorProto,
    ServiceDescriptorProto,
    field_descriptor_proto::{Label, Type},
};
use stoa_app::tx::schema::{self, Field, Kind, Shape};

use super::enums::{self, Values};
use crate::{request::camel_case, routes, shapes};

/// Name of every `oneof` of the served messages.
const ONEOF: &str = "sum";
/// Package of the well-known types.
const WELL_KNOWN: &str = "google.protobuf";

/// What there is to describe, by full name.
#[derive(Default)]
struct Known {
    messages: BTreeMap<&'static str, &'static [Field]>,
    enums: BTreeMap<&'static str, Values>,
}

/// The descriptors of every served service and of every message that it takes, answers or packs into an
/// `Any`; dependencies come first.
pub(super) fn all() -> FileDescriptorSet {
    let mut known = Known::default();
    for route in routes::all() {
        known.add(route.request);
        known.add(route.response);
    }
    schema::packed().chain(shapes::responses()).for_each(|shape| known.add(shape));
    let mut files: BTreeMap<String, FileDescriptorProto> = BTreeMap::new();
    for (name, fields) in &known.messages {
        let (_, path) = split(name);
        let file = file(&mut files, name);
        let wanted = dependencies(fields);
        let own = file_name(name);
        file.dependency.extend(wanted.into_iter().filter(|file| *file != own));
        if let [outer @ .., last] = path.as_slice() {
            place(&mut file.message_type, outer, message(last, fields));
        }
    }
    for (name, values) in &known.enums {
        let file = file(&mut files, name);
        file.enum_type.push(enumeration(split(name).1.concat(), values));
    }
    services(&mut files);
    for file in files.values_mut() {
        file.dependency.sort_unstable();
        file.dependency.dedup();
    }
    FileDescriptorSet { file: in_order(files) }
}

impl Known {
    fn add(&mut self, shape: &'static Shape) {
        if self.messages.insert(shape.name, shape.fields).is_some() {
            return;
        }
        for field in shape.fields {
            match field.kind {
                Kind::Message(inner) => self.add(inner),
                Kind::Any => self.add(&schema::ANY),
                Kind::Timestamp => self.add(&schema::SECONDS_AND_NANOS),
                Kind::Duration => self.add(&schema::DURATION),
                Kind::Enum(values) | Kind::Named(values) => {
                    self.enums.extend(enums::full_name(values).map(|name| (name, values)));
                }
                _ => {}
            }
        }
    }
}

/// Package and path of a message: `a.v1.Outer.Inner` is in package `a.v1`.
fn split(name: &'static str) -> (&'static str, Vec<&'static str>) {
    let is_type = |(place, _): &(usize, &str)| {
        name.get(place + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    let dot = name.match_indices('.').find(is_type).map_or(0, |(place, _)| place);
    let (package, path) = name.split_at(dot);
    (package, path.split('.').filter(|part| !part.is_empty()).collect())
}

/// The file that describes a type.
fn file_name(name: &'static str) -> String {
    let (package, path) = split(name);
    let last = path.first().copied().unwrap_or_default().to_ascii_lowercase();
    match package {
        WELL_KNOWN => format!("google/protobuf/{last}.proto"),
        package => format!("{}.proto", package.replace('.', "/")),
    }
}

fn file<'a>(
    files: &'a mut BTreeMap<String, FileDescriptorProto>,
    name: &'static str,
) -> &'a mut FileDescriptorProto {
    files.entry(file_name(name)).or_insert_with(|| FileDescriptorProto {
        name: Some(file_name(name)),
        package: Some(split(name).0.to_owned()),
        syntax: Some("proto3".to_owned()),
        ..FileDescriptorProto::default()
    })
}

/// Full name of the type of a field that is a message or an enumeration.
fn type_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Message(shape) => Some(shape.name),
        Kind::Any => Some(schema::ANY.name),
        Kind::Timestamp => Some(schema::SECONDS_AND_NANOS.name),
        Kind::Duration => Some(schema::DURATION.name),
        Kind::Enum(values) | Kind::Named(values) => enums::full_name(values),
        _ => None,
    }
}

fn dependencies(fields: &[Field]) -> BTreeSet<String> {
    fields.iter().filter_map(|field| type_of(field.kind)).map(file_name).collect()
}

/// Puts a message among others, or inside the one that its path begins with.
fn place(messages: &mut Vec<DescriptorProto>, outer: &[&str], message: DescriptorProto) {
    let is_named = |found: &DescriptorProto, name: &str| found.name() == name;
    let Some((first, rest)) = outer.split_first() else {
        // Its nested messages may have come before it.
        match messages.iter_mut().find(|found| is_named(found, message.name())) {
            Some(found) => {
                let nested_type = std::mem::take(&mut found.nested_type);
                *found = DescriptorProto { nested_type, ..message };
            }
            None => messages.push(message),
        }
        return;
    };
    if !messages.iter().any(|found| is_named(found, first)) {
        let name = Some((*first).to_owned());
        messages.push(DescriptorProto { name, ..DescriptorProto::default() });
    }
    if let Some(found) = messages.iter_mut().find(|found| is_named(found, first)) {
        place(&mut found.nested_type, rest, message);
    }
}

fn message(name: &str, fields: &[Field]) -> DescriptorProto {
    let has_oneof = fields.iter().any(|field| field.is_optional);
    let oneof = OneofDescriptorProto { name: Some(ONEOF.to_owned()), options: None };
    DescriptorProto {
        name: Some(name.to_owned()),
        field: fields.iter().map(described).collect(),
        oneof_decl: has_oneof.then_some(oneof).into_iter().collect(),
        ..DescriptorProto::default()
    }
}

fn described(field: &Field) -> FieldDescriptorProto {
    let kind = match field.kind {
        Kind::Bool => Type::Bool,
        Kind::U32 => Type::Uint32,
        Kind::I32 => Type::Int32,
        Kind::U64 => Type::Uint64,
        Kind::I64 => Type::Int64,
        Kind::Text | Kind::Int => Type::String,
        Kind::Bytes | Kind::Hex | Kind::Json | Kind::Dec => Type::Bytes,
        Kind::Enum(_) | Kind::Named(_) => Type::Enum,
        Kind::Message(_) | Kind::Any | Kind::Timestamp | Kind::Duration => Type::Message,
    };
    let label = if field.is_repeated { Label::Repeated } else { Label::Optional };
    FieldDescriptorProto {
        name: Some(field.name.to_owned()),
        number: i32::try_from(field.number).ok(),
        label: Some(label.into()),
        r#type: Some(kind.into()),
        type_name: type_of(field.kind).map(|name| format!(".{name}")),
        oneof_index: field.is_optional.then_some(0),
        json_name: Some(camel_case(field.name)),
        ..FieldDescriptorProto::default()
    }
}

fn enumeration(name: String, values: Values) -> EnumDescriptorProto {
    let value = |(number, name): &(i32, &str)| EnumValueDescriptorProto {
        name: Some(enums::value_name(values, name)),
        number: Some(*number),
        options: None,
    };
    EnumDescriptorProto {
        name: Some(name),
        value: values.iter().map(value).collect(),
        ..EnumDescriptorProto::default()
    }
}

fn services(files: &mut BTreeMap<String, FileDescriptorProto>) {
    for route in routes::all() {
        let method = MethodDescriptorProto {
            name: Some(route.rpc.to_owned()),
            input_type: Some(format!(".{}", route.request.name)),
            output_type: Some(format!(".{}", route.response.name)),
            ..MethodDescriptorProto::default()
        };
        let file = file(files, route.service);
        let own = file_name(route.service);
        let messages = [route.request.name, route.response.name].map(file_name);
        file.dependency.extend(messages.into_iter().filter(|name| *name != own));
        let name = split(route.service).1.concat();
        match file.service.iter_mut().find(|service| service.name() == name) {
            Some(service) => service.method.push(method),
            None => file.service.push(ServiceDescriptorProto {
                name: Some(name),
                method: vec![method],
                options: None,
            }),
        }
    }
}

/// Files behind what they depend on, as readers of descriptor sets expect it.
fn in_order(mut files: BTreeMap<String, FileDescriptorProto>) -> Vec<FileDescriptorProto> {
    let mut ordered: Vec<FileDescriptorProto> = Vec::new();
    while !files.is_empty() {
        let is_ready = |file: &FileDescriptorProto| {
            file.dependency.iter().all(|wanted| !files.contains_key(wanted))
        };
        let ready = files.iter().find(|(_, file)| is_ready(file)).map(|(name, _)| name.clone());
        // Packages that need each other have no order; a test sees that there are none.
        let Some(next) = ready.or_else(|| files.keys().next().cloned()) else { break };
        ordered.extend(files.remove(&next));
    }
    ordered
}
