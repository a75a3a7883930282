//! Users and API tokens.

use serde_json::json;
use utoipa::openapi::{KnownFormat, ObjectBuilder, Schema, SchemaFormat};

use super::Named;
use crate::access::password;
use crate::http::openapi::shape::{count, flag, instant, list, object, text, to, to_or};

pub const ALL: &[Named] = &[
    ("User", user),
    ("NewUser", new_user),
    ("NewPassword", new_password),
    ("Token", token),
    ("NewToken", new_token),
    ("CreatedToken", created_token),
    ("Secret", a_secret),
    ("NewSecret", new_secret),
];

fn user() -> Schema {
    object("A user.")
        .must("name", to("Label", "Name to sign in with."))
        .must("role", to("Role", "What the user may do."))
        .open()
}

fn new_user() -> Schema {
    object("A user to add.")
        .must("name", to("Label", "Name to sign in with."))
        .must("role", to("Role", "What the user may do."))
        .must("password", secret())
        .closed()
}

fn new_password() -> Schema {
    object("A password to set.").must("password", secret()).closed()
}

fn secret() -> ObjectBuilder {
    text("Password; any characters. Only a hash of it is kept (Argon2id).")
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
        .min_length(Some(password::MIN_LENGTH))
        .max_length(Some(password::MAX_LENGTH))
        .write_only(true)
}

fn token() -> Schema {
    object("An API token without its secret.")
        .must("id", count("Its number."))
        .must("name", text("What it is for."))
        .must("role", to("Role", "What its bearer may do."))
        .must("expires", instant("End of validity"))
        .must("revoked", flag("Whether it was revoked."))
        .open()
}

fn new_token() -> Schema {
    object("A token to make.")
        .must("role", to("Role", "What its bearer may do."))
        .may("expires", to_or("Span", "How long it is valid, 1s to 3660d.", json!("30d")))
        .may("name", text("What it is for; the role's name when absent.").default(Some(json!(""))))
        .closed()
}

fn created_token() -> Schema {
    object("A token just made.")
        .must("id", count("Its number."))
        .must("token", text("The secret, to be sent as `Authorization: Bearer`. It is shown this once."))
        .open()
}

fn a_secret() -> Schema {
    object("A secret, without itself.")
        .must("name", to("Label", "The name that monitors and channels give."))
        .must("updated", instant("When it was set"))
        .must("updated_by", text("By whom."))
        .must("used_by", list(text("Such as `monitors[http-hello]`."), "The objects that name it."))
        .open()
}

fn new_secret() -> Schema {
    let value = text("The secret; any characters.")
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
        .min_length(Some(1))
        .max_length(Some(crate::secrets::MAX_LENGTH))
        .write_only(true);
    object("A secret to keep.").must("value", value).closed()
}
