//! The OpenAPI 3.1 document: generated from the handlers, completed with what all routes share.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::Api;
use crate::permissions::{self, TokenScope};
use crate::routes;

/// The whole document.
pub fn openapi() -> Value {
    let (_, document) = routes::all().split_for_parts();
    complete(document)
}

/// Adds to the generated document what every route shares: title, security, headers and problem answers.
pub(crate) fn complete(document: OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_else(|_| json!({}));
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": "Docket",
        "version": env!("CARGO_PKG_VERSION"),
        "description": include_str!("openapi.md"),
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["tags"] = json!([
        { "name": "Tickets", "description": "Opened, worked on, found, counted." },
        { "name": "Ticket types", "description": "The forms that tickets of a kind are filled in with." },
        { "name": "Files", "description": "Images and attachments of tickets, and the text that is read in them." },
        { "name": "Workflows", "description": "Which way tickets of a kind go, step by step." },
        { "name": "Tasks", "description": "Who has what to do, and doing it; what other systems answer." },
        { "name": "Service levels", "description": "How soon tickets are to be answered and resolved, by which open time." },
        { "name": "Import", "description": "Files with many tickets." },
        { "name": "Inbound", "description": "What other systems send in." },
        { "name": "Jobs", "description": "What was asked for and is done later." },
        { "name": "Users", "description": "Signing in, accounts, API tokens." },
        { "name": "Roles", "description": "Permission roles, and work roles as data." },
        { "name": "Settings", "description": "Rules that change without a restart." },
        { "name": "Log", "description": "The events themselves, and who did what." },
        { "name": "Health", "description": "How the desk is." },
    ]);
    document["servers"] = json!([{ "url": "/", "description": "This Docket" }]);
    let components = &mut document["components"];
    components["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "An access token, or an API token." },
        "api_key": { "type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "An API token." },
    });
    components["schemas"]["Problem"] = problem_schema();
    components["schemas"]["FieldProblem"] = field_problem_schema();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                complete_operation(path, method, operation);
            }
        }
    }
    document
}

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let table = permissions::table();
    let row = table
        .iter()
        .find(|row| row.path == path && row.method.as_str().eq_ignore_ascii_case(method));
    let mut responses = vec!["400", "429", "503"];
    if let Some(row) = row {
        operation["security"] = json!([{ "bearer": [] }, { "api_key": [] }]);
        operation["x-roles"] = json!(
            domain::user::Role::ALL
                .iter()
                .filter(|role| row.access(**role) != permissions::Access::No)
                .map(|role| role.as_str())
                .collect::<Vec<_>>()
        );
        operation["x-token-scope"] = match row.scope {
            TokenScope::Needs(scope) | TokenScope::Only(scope) => json!(scope.as_str()),
            TokenScope::Either(scopes) => json!(scopes.map(|scope| scope.as_str())),
            TokenScope::Session => json!(null),
        };
        responses.extend(["401", "403"]);
    } else {
        operation["security"] = json!([]);
        if path.starts_with("/api/v1/users/") {
            // Signing in and refreshing.
            responses.push("401");
        }
    }
    if path.starts_with("/api/") {
        responses.push("422");
    } else {
        responses.retain(|status| *status == "503");
    }
    if path.contains('{') {
        responses.push("404");
    }
    let changes = method != "get";
    if changes {
        responses.extend(["404", "409", "412", "413", "415"]);
        add_header_parameter(
            operation,
            "Idempotency-Key",
            &json!({
                "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$",
            }),
            "Names the command: a repeat returns the first result.",
        );
        if row.is_some() && path.contains('{') {
            add_header_parameter(
                operation,
                "If-Match",
                &json!({
                    "type": "string", "pattern": "^\"[1-9][0-9]{0,8}\"$",
                }),
                "The ETag the caller has seen; 412 when the resource has changed since.",
            );
        }
    } else if row.is_some() {
        add_header_parameter(
            operation,
            "Docket-Min-Position",
            &json!({
                "type": "integer", "format": "int64", "minimum": 0,
            }),
            "Waits until the views have reached this position of the log (a `Docket-Position` of an earlier answer).",
        );
    }
    for status in responses {
        if operation["responses"].get(status).is_none() {
            operation["responses"][status] = problem_response(status);
        }
    }
}

fn add_header_parameter(operation: &mut Value, name: &str, schema: &Value, description: &str) {
    let parameter = json!({
        "name": name, "in": "header", "required": false, "schema": schema, "description": description,
    });
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}

fn problem_response(status: &str) -> Value {
    let description = match status {
        "400" => "The request could not be parsed.",
        "401" => "Nobody is signed in, or the token is not good.",
        "403" => "The caller may not do this.",
        "404" => "There is no such thing, or none that the caller may see.",
        "409" => "Not allowed in the present state.",
        "412" => "The resource has another version than `If-Match` says.",
        "413" => "The body is too large.",
        "415" => "The body is of a type that is not taken.",
        "422" => "Fields of the request are invalid.",
        "429" => "Too many requests; see `Retry-After`.",
        _ => "Not available now; see `Retry-After`.",
    };
    json!({
        "description": description,
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457. In the legacy shape, `detail` of a validation error is the list of `errors`.",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": { "type": "string", "description": "Names the kind of problem." },
            "title": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "$ref": "#/components/schemas/FieldProblem" } },
            ] },
            "instance": { "type": "string", "description": "The correlation id." },
            "errors": { "type": "array", "items": { "$ref": "#/components/schemas/FieldProblem" } },
        },
    })
}

fn field_problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["loc", "msg", "type"],
        "properties": {
            "loc": { "type": "array", "items": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
                     "description": "`body`, `query` or `header`, then the way to the field." },
            "msg": { "type": "string" },
            "type": { "type": "string" },
            "pointer": { "type": "string",
                         "description": "JSON Pointer (RFC 6901) into the body, such as `/data/photos/2`; of fields of a body, and not in the legacy shape." },
        },
    })
}

/// `/api/openapi.json` and the page to browse it.
pub(crate) fn pages(document: Value) -> Router<Api> {
    let config = Config::from("/api/openapi.json").try_it_out_enabled(true);
    Router::new()
        .route("/api/openapi.json", get(async move || Json(document.clone())))
        .merge(SwaggerUi::new("/api/docs").config(config))
}
