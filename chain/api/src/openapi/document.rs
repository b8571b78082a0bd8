//! Routes and shapes as OpenAPI 3.0.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stoa_app::tx::schema::{Field, Kind, Shape};

use crate::routes::{self, Method, Route, parameter};

/// Version of the format.
const OPENAPI: &str = "3.0.3";
/// Header that asks for an earlier height.
const HEIGHT: &str = crate::grpc::HEIGHT;

/// The whole document.
pub(super) fn make() -> Value {
    let mut schemas = Schemas::default();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes::all() {
        let operation = operation(route, &mut schemas);
        let path = route.path.replace("=**", "");
        let method = match route.method {
            Method::Get => "get",
            Method::Post => "post",
        };
        // Two methods of one path cannot be told apart; the first one answers.
        let item = paths.entry(path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.entry(method).or_insert(operation);
        }
    }
    schemas.add_error();
    json!({
        "openapi": OPENAPI,
        "info": {
            "title": "Stoa",
            "description": "REST interface of stoad: the JSON of the Cosmos SDK.",
            "version": stoa_app::VERSION,
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas.made},
    })
}

fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let mut operation = json!({
        "tags": [route.service],
        "operationId": format!("{}.{}", route.service, route.rpc),
        "parameters": parameters(route, schemas),
        "responses": {
            "200": {"description": "The answer.", "content": content(schemas.of(route.response))},
            "default": {
                "description": "Why there is none.",
                "content": content(reference("google.rpc.Status")),
            },
        },
    });
    if route.method == Method::Post
        && let Some(operation) = operation.as_object_mut()
    {
        let body = json!({"required": true, "content": content(schemas.of(route.request))});
        operation.insert("requestBody".to_owned(), body);
    }
    operation
}

fn content(schema: Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Those of the path, of the query string, and the height.
fn parameters(route: &Route, schemas: &mut Schemas) -> Vec<Value> {
    let of_path: Vec<&str> =
        route.path.split('/').filter_map(parameter).map(|(name, _)| name).collect();
    let mut parameters = Vec::new();
    if route.method == Method::Get {
        for (name, field) in flat("", route.request) {
            let is_in_path = of_path.contains(&name.as_str());
            parameters.push(json!({
                "name": name,
                "in": if is_in_path { "path" } else { "query" },
                "required": is_in_path,
                "schema": schemas.field(field),
            }));
        }
    }
    parameters.push(json!({
        "name": HEIGHT,
        "in": "header",
        "required": false,
        "schema": {"type": "string", "format": "uint64"},
    }));
    parameters
}

/// The fields of a request, those of its messages with a dot.
fn flat(prefix: &str, shape: &'static Shape) -> Vec<(String, &'static Field)> {
    let mut found = Vec::new();
    for field in shape.fields {
        let name = format!("{prefix}{}", field.name);
        match field.kind {
            Kind::Message(inner) => found.extend(flat(&format!("{name}."), inner)),
            _ => found.push((name, field)),
        }
    }
    found
}

/// Schemas of messages, each made once.
#[derive(Default)]
struct Schemas {
    made: BTreeMap<&'static str, Value>,
}

impl Schemas {
    /// A reference to a message; makes what it refers to.
    fn of(&mut self, shape: &'static Shape) -> Value {
        if !self.made.contains_key(shape.name) {
            // Shapes may contain themselves.
            self.made.insert(shape.name, Value::Null);
            let fields = shape.fields.iter();
            let properties: Map<String, Value> =
                fields.map(|field| (field.name.to_owned(), self.field(field))).collect();
            self.made.insert(shape.name, json!({"type": "object", "properties": properties}));
        }
        reference(shape.name)
    }

    fn field(&mut self, field: &Field) -> Value {
        let one = self.one(field.kind);
        if field.is_repeated { json!({"type": "array", "items": one}) } else { one }
    }

    fn one(&mut self, kind: Kind) -> Value {
        match kind {
            Kind::Bool => json!({"type": "boolean"}),
            Kind::U32 => json!({"type": "integer", "minimum": 0}),
            Kind::I32 => json!({"type": "integer", "format": "int32"}),
            Kind::U64 => json!({"type": "string", "format": "uint64"}),
            Kind::I64 => json!({"type": "string", "format": "int64"}),
            Kind::Text | Kind::Int => json!({"type": "string"}),
            Kind::Dec => json!({"type": "string", "pattern": "^-?[0-9]+\\.[0-9]{18}$"}),
            Kind::Bytes => json!({"type": "string", "format": "byte", "nullable": true}),
            Kind::Hex => json!({"type": "string", "pattern": "^[0-9A-F]*$"}),
            Kind::Json => json!({"description": "JSON of a contract.", "nullable": true}),
            Kind::Timestamp => json!({"type": "string", "format": "date-time", "nullable": true}),
            Kind::Duration => {
                json!({"type": "string", "pattern": "^-?[0-9.]+s$", "nullable": true})
            }
            Kind::Enum(values) | Kind::Named(values) => {
                let names: Vec<&str> = values.iter().map(|(_, name)| *name).collect();
                json!({"type": "string", "enum": names})
            }
            Kind::Message(shape) => json!({"allOf": [self.of(shape)], "nullable": true}),
            Kind::Any => json!({
                "type": "object",
                "properties": {"@type": {"type": "string"}},
                "additionalProperties": true,
                "nullable": true,
            }),
        }
    }

    fn add_error(&mut self) {
        let schema = json!({
            "type": "object",
            "properties": {
                "code": {"type": "integer", "format": "int32"},
                "message": {"type": "string"},
                "details": {"type": "array", "items": {"type": "object"}},
            },
        });
        self.made.insert("google.rpc.Status", schema);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_has_an_operation_and_every_reference_a_schema() {
        let document = make();
        for route in routes::all() {
            let method = if route.method == Method::Get { "get" } else { "post" };
            let path = route.path.replace("=**", "");
            let operation = &document["paths"][&path][method];
            assert!(operation["operationId"].is_string(), "{path}");
        }
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let references: Vec<&str> = text
            .split("#/components/schemas/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(references.len() > 100);
        assert!(references.iter().all(|name| schemas.contains_key(*name)));
        assert!(!schemas.values().any(Value::is_null));
    }

    #[test]
    fn parameters_are_in_the_path_the_query_and_the_header() {
        let document = make();
        let parameters =
            &document["paths"]["/cosmos/bank/v1beta1/balances/{address}"]["get"]["parameters"];
        let places: Vec<(&str, &str)> = parameters
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["name"].as_str().unwrap(), one["in"].as_str().unwrap()))
            .collect();
        assert!(places.contains(&("address", "path")));
        assert!(places.contains(&("pagination.limit", "query")));
        assert!(places.contains(&("x-cosmos-block-height", "header")));
    }
}
