//! Padding of answers (RFC 7830), so that their length does not tell what was asked.

use hickory_proto::op::Message;
use hickory_proto::rr::Record;
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::serialize::binary::BinEncoder;
use hickory_server::server::Request;
use hickory_server::zone_handler::{MessageResponse, MessageResponseBuilder, Queries};

use crate::message::MAX_TCP;

/// An answer's length is a multiple of so many octets (RFC 8467 section 4.1).
const BLOCK: usize = 468;

/// A message as hickory-server sends it.
pub fn response<'a>(
    queries: &'a Queries,
    message: &'a Message,
) -> MessageResponse<
    'a,
    'a,
    impl Iterator<Item = &'a Record> + Send + 'a,
    impl Iterator<Item = &'a Record> + Send + 'a,
    impl Iterator<Item = &'a Record> + Send + 'a,
    impl Iterator<Item = &'a Record> + Send + 'a,
> {
    MessageResponseBuilder::new(queries, message.edns.as_ref()).build(
        message.metadata,
        &message.answers,
        &message.authorities,
        [],
        &message.additionals,
    )
}

/// Pads the answer of a query that is padded itself (RFC 7830 section 4).
pub fn pad(request: &Request, queries: &Queries, message: &mut Message) {
    let asked = request.edns.as_ref().is_some_and(|edns| edns.option(EdnsCode::Padding).is_some());
    if !asked || message.edns.is_none() {
        return;
    }
    fill(message, 0);
    let mut octets = Vec::new();
    let mut encoder = BinEncoder::new(&mut octets);
    encoder.set_max_size(u16::MAX);
    let fits = response(queries, message).destructive_emit(&mut encoder).is_ok();
    let length = octets.len().next_multiple_of(BLOCK);
    match fits && length <= MAX_TCP {
        true => fill(message, length - octets.len()),
        // No answer is left out for the sake of padding.
        false => remove(message),
    }
}

fn fill(message: &mut Message, octets: usize) {
    remove(message);
    if let Some(edns) = &mut message.edns {
        edns.options_mut().insert(EdnsOption::Unknown(EdnsCode::Padding.into(), vec![0; octets]));
    }
}

fn remove(message: &mut Message) {
    if let Some(edns) = &mut message.edns {
        edns.options_mut().remove(EdnsCode::Padding);
    }
}
