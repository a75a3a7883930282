//! One request of hickory-server, answered by the complete path.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use hickory_proto::op::{Header, HeaderCounts, Message};
use hickory_proto::rr::Record;
use hickory_proto::serialize::binary::{BinDecoder, BinEncoder};
use hickory_server::net::NetError;
use hickory_server::net::runtime::{Time, TokioTime};
use hickory_server::net::xfer::Protocol;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::{MessageResponse, Queries};
use model::event::Transport;

use super::padding::{self, pad};
use crate::answer::Arrival;
use crate::message::{HEADER, Read, read};
use crate::policy::Policy;
use crate::report::Worker;
use crate::serving::Serving;
use crate::transport::tcp::Answers;

/// Answers for all secure transports.
pub struct Handler {
    serving: Arc<ArcSwap<Serving>>,
    policy: Arc<ArcSwap<Policy>>,
    /// Held for the time of one answer, and never while anything is waited for.
    worker: Mutex<Worker>,
}

impl Handler {
    /// One that answers from the view in force.
    pub fn new(serving: Arc<ArcSwap<Serving>>, policy: Arc<ArcSwap<Policy>>, worker: Worker) -> Handler {
        Handler { serving, policy, worker: Mutex::new(worker) }
    }

    /// The reply to a packet, in wire format; none for silence.
    pub async fn reply(&self, packet: &[u8], client: SocketAddr, protocol: Protocol) -> Option<Vec<u8>> {
        // A request reserves room for every question that its header claims, and one that it cannot read is answered
        // all the same, as over UDP and TCP: both go by their octets.
        if is_signed(packet) {
            return self.signed(packet, client, protocol);
        }
        let one_question = packet.len() > HEADER && packet[4..6] == [0, 1];
        let request = one_question.then(|| Request::from_bytes(packet.to_vec(), client, protocol));
        match request {
            Some(Ok(request)) => {
                let sent = Sent::default();
                self.handle_request::<_, TokioTime>(&request, sent.clone()).await;
                sent.take()
            }
            _ => self.message(packet, client, protocol)?.to_vec().ok(),
        }
    }

    /// The reply to a query with TSIG, signed over its octets (RFC 8945 section 5.3).
    fn signed(&self, packet: &[u8], client: SocketAddr, protocol: Protocol) -> Option<Vec<u8>> {
        let (serving, policy) = (self.serving.load(), self.policy.load());
        let arrival = Arrival::now(client, transport(protocol));
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reply = Vec::new();
        worker.handle(&serving, &policy, packet, &arrival, &mut reply).then_some(reply)
    }

    fn message(&self, packet: &[u8], client: SocketAddr, protocol: Protocol) -> Option<Message> {
        let (serving, policy) = (self.serving.load(), self.policy.load());
        let arrival = Arrival::now(client, transport(protocol));
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        worker.message(&serving, &policy, packet, &arrival)
    }
}

fn transport(protocol: Protocol) -> Transport {
    match protocol {
        Protocol::Udp => Transport::Udp,
        Protocol::Tcp => Transport::Tcp,
        Protocol::Tls => Transport::Tls,
        Protocol::Quic => Transport::Quic,
        _ => Transport::Https,
    }
}

/// Whether a packet is a query with a TSIG record.
fn is_signed(packet: &[u8]) -> bool {
    matches!(read(packet), Read::Query(query) if query.tsig.is_some())
}

#[async_trait]
impl RequestHandler for Handler {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut response: R,
    ) -> ResponseInfo {
        let nothing_sent =
            || ResponseInfo::from(Header { metadata: request.metadata, counts: HeaderCounts::default() });
        let Some(mut message) = self.message(request.as_slice(), request.src(), request.protocol()) else {
            return nothing_sent();
        };
        let Ok(no_question) = Queries::read(&mut BinDecoder::new(&[]), 0) else { return nothing_sent() };
        // What is refused for its opcode is answered without its question.
        let queries = if message.queries.is_empty() { &no_question } else { &request.queries };
        pad(request, queries, &mut message);
        // A client that went away does not get its answer; nobody else is concerned.
        response.send_response(padding::response(queries, &message)).await.unwrap_or_else(|_| nothing_sent())
    }
}

/// What was sent, kept for the transport to frame.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Option<Vec<u8>>>>);

impl Sent {
    fn take(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[async_trait]
impl ResponseHandler for Sent {
    async fn send_response<'a>(
        &mut self,
        response: MessageResponse<
            '_,
            'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
        >,
    ) -> Result<ResponseInfo, NetError> {
        let mut octets = Vec::with_capacity(512);
        let mut encoder = BinEncoder::new(&mut octets);
        encoder.set_max_size(u16::MAX);
        let info = response.destructive_emit(&mut encoder)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(octets);
        Ok(info)
    }
}

/// The answers of a stream over TLS.
impl Answers for Handler {
    async fn answer(&self, packet: &[u8], client: SocketAddr, out: &mut Vec<u8>) -> bool {
        match self.reply(packet, client, Protocol::Tls).await {
            Some(reply) => {
                *out = reply;
                true
            }
            None => false,
        }
    }
}
