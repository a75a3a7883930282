//! Operations of REST as operations of OpenAPI.

use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation as PathOperation, OperationBuilder, Paths};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{
    Content, ContentBuilder, HttpMethod, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
    SchemaFormat, Type,
};

use super::shape::{list_of, text};
use super::{examples, parameters, responses};
use crate::http::rest::operation::{Answer, Body, Operation};

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";
/// RFC 4027.
const DNS: &str = "text/dns";

/// All operations under their paths.
pub fn all(operations: &[Operation]) -> Paths {
    let mut paths = Paths::new();
    for operation in operations {
        paths.add_path_operation(&operation.path, vec![method(operation)], one(operation));
    }
    paths
}

fn method(operation: &Operation) -> HttpMethod {
    match operation.method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn one(operation: &Operation) -> PathOperation {
    let role = responses::needed(operation).as_str();
    let detail =
        if operation.detail.is_empty() { String::new() } else { format!("{}\n\n", operation.detail) };
    let mut built = OperationBuilder::new()
        .tag(operation.tag)
        .operation_id(Some(&operation.id))
        .summary(Some(&operation.summary))
        .description(Some(format!("{detail}Needs the role `{role}`.")))
        .request_body(operation.body.as_ref().map(body))
        .extensions(Some(ExtensionsBuilder::new().add("x-required-role", role).build()));
    for key in keys(operation) {
        built = built.parameter_ref(parameters::of(key));
    }
    for (status, answer) in answers(operation) {
        built = built.response(status, answer);
    }
    for (status, failure) in responses::of(operation) {
        built = built.response(status, failure);
    }
    built.build()
}

/// Keys of all parameters: those in the path, its own, those of every write.
fn keys(operation: &Operation) -> impl Iterator<Item = &str> {
    let in_path = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let of_writes: &[&str] =
        if operation.writes { &["dry_run", "reason", parameters::IF_MATCH] } else { &[] };
    in_path.chain(operation.query.iter().copied()).chain(of_writes.iter().copied())
}

fn to(schema: &str) -> Content {
    Content::new(Some(Ref::from_schema_name(schema)))
}

fn body(body: &Body) -> RequestBody {
    let built = RequestBodyBuilder::new().required(Some(Required::True));
    match body {
        Body::Json(schema) | Body::StrictJson(schema) => built.content(JSON, to(schema)),
        Body::Yaml(schema) => built.content(YAML, to(schema)).content(JSON, to(schema)),
        Body::MasterFile => built.content(DNS, master_file()),
    }
    .build()
}

fn master_file() -> Content {
    let content = ContentBuilder::new().schema(Some(text("A master file (RFC 1035 section 5).")));
    content.example(examples::master_file().map(|text| json!(text))).build()
}

/// Rows in every format.
fn rows(built: ResponseBuilder) -> ResponseBuilder {
    let csv = ContentBuilder::new().schema(Some(text("A header and one line for each row.")));
    let json = text("One LogRow as JSON a line, in the columns that were asked for.");
    let parquet = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("binary".to_owned())));
    built
        .content("text/csv", csv.example(Some(json!(examples::csv()))).build())
        .content("application/x-ndjson", ContentBuilder::new().schema(Some(json)).build())
        .content("application/vnd.apache.parquet", ContentBuilder::new().schema(Some(parquet)).build())
}

fn answers(operation: &Operation) -> Vec<(&'static str, Response)> {
    let answer = |about: &str| {
        let built = ResponseBuilder::new().description(about);
        if operation.tagged {
            built.header_ref(parameters::ETAG, parameters::header(parameters::ETAG))
        } else {
            built
        }
    };
    match &operation.answer {
        Answer::One(schema) => vec![("200", answer("Done.").content(JSON, to(schema)).build())],
        Answer::List(schema) => {
            let list = Content::new(Some(RefOr::T(Schema::Array(list_of(schema, "All of them.")))));
            vec![("200", answer("All of them.").content(JSON, list).build())]
        }
        Answer::Made(schema) => vec![("201", answer("Made.").content(JSON, to(schema)).build())],
        Answer::MadeUnlessDry(schema) => vec![
            ("200", answer("A dry run: this would be made.").content(JSON, to(schema)).build()),
            ("201", answer("Made; DNS is answered from it.").content(JSON, to(schema)).build()),
        ],
        Answer::Nothing => vec![("204", answer("Done.").build())],
        Answer::Yaml(schema) => vec![(
            "200",
            answer("YAML that an apply takes back as an empty plan.").content(YAML, to(schema)).build(),
        )],
        Answer::MasterFile => {
            vec![("200", answer("The zone's static records.").content(DNS, master_file()).build())]
        }
        Answer::Accepted(schema) => {
            vec![("202", answer("It begins as soon as it can.").content(JSON, to(schema)).build())]
        }
        Answer::Rows => {
            let mut built = answer("The rows, as they are read.");
            for key in [parameters::ROWS, parameters::EXPORT] {
                built = built.header_ref(key, parameters::header(key));
            }
            vec![("200", rows(built).build())]
        }
        Answer::File => {
            let whole =
                answer("The file.").header_ref(parameters::ROWS, parameters::header(parameters::ROWS));
            vec![("200", rows(whole).build()), ("206", rows(answer("The part asked for.")).build())]
        }
        Answer::Events => {
            let event = text("`data:` and one TailEvent as JSON, then an empty line.")
                .content_media_type(JSON)
                .content_schema(Some(Ref::from_schema_name("TailEvent")));
            let content =
                ContentBuilder::new().schema(Some(event)).example(Some(json!(examples::events()))).build();
            vec![("200", answer("The rows, as they come.").content("text/event-stream", content).build())]
        }
    }
}
