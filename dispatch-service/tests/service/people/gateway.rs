//! The single-sign-on gateway: only from its addresses, only for the request it signed, only in time.

use std::net::IpAddr;

use dispatch_service::access::{Role, Via};
use dispatch_service::people::{Presented, authenticate};
use dispatch_service::routes;
use dispatch_service::settings::{Gateway, Settings};
use http::{HeaderMap, HeaderName, Method};
use zeroize::Zeroizing;

use super::{add, log_in};
use crate::support::cluster::{Place, backends};
use crate::support::desk::{Desk, START};

const PEER: &str = "192.0.2.10";
/// HMAC-SHA-256 by Python's hmac, under the secret below, of the lines dispatch-gateway-v1, GET,
/// /api/v1/session, 1784505600, wang.
const GET: &str = "9f7288cdecfef7c520a7c009e9596866e7a3dad675404391ed741656a0169936";
/// The same of POST and /api/v1/people?a=%E5%B9%B4.
const POST: &str = "b17a9496d3305852c488dad0bc3563667a07beaa44f0feecae52821e68fbfb43";

fn desk(place: Place) -> Desk {
    let settings = Settings {
        gateway: Some(Gateway {
            peers: vec![PEER.parse().unwrap(), "2001:db8::1".parse().unwrap()],
            secret: Zeroizing::new(b"gateway secret of the tests".to_vec()),
        }),
        ..Settings::default()
    };
    let desk = Desk::with(place, settings, routes::endpoints());
    add(&desk, "wang", &[Role::Approver]);
    add(&desk, "li", &[Role::Administrator]);
    desk
}

#[derive(Clone)]
struct Ask {
    method: Method,
    target: &'static str,
    user: &'static str,
    time: &'static str,
    signature: &'static str,
    peer: &'static str,
    more: Vec<(&'static str, String)>,
}

const fn good() -> Ask {
    Ask {
        method: Method::GET,
        target: "/api/v1/session",
        user: "wang",
        time: "1784505600",
        signature: GET,
        peer: PEER,
        more: Vec::new(),
    }
}

impl Ask {
    /// The name of whoever is known by it, or the status of the refusal.
    fn by(&self, desk: &Desk) -> Result<Option<String>, u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-dispatch-user", self.user),
            ("x-dispatch-time", self.time),
            ("x-dispatch-signature", self.signature),
        ] {
            if !value.is_empty() {
                headers.append(name, value.parse().unwrap());
            }
        }
        for (name, value) in &self.more {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let presented = Presented {
            headers: &headers,
            method: &self.method,
            target: self.target,
            peer: Some(self.peer.parse::<IpAddr>().unwrap()),
        };
        let known = desk.wait(authenticate(&desk.context, presented));
        let known = known.map_err(|problem| problem.status)?;
        Ok(known.map(|actor| {
            assert_eq!(actor.via, Via::Gateway);
            assert_eq!(actor.roles, [Role::Approver]);
            actor.name
        }))
    }
}

#[test]
fn whom_the_gateway_signs_for_is_known_with_the_roles_of_the_database() {
    for place in backends() {
        let desk = desk(place);
        let wang = Ok(Some("wang".to_owned()));
        assert_eq!(good().by(&desk), wang);
        let post = Ask {
            method: Method::POST,
            target: "/api/v1/people?a=%E5%B9%B4",
            signature: POST,
            ..good()
        };
        assert_eq!(post.by(&desk), wang);
        let mapped = Ask {
            peer: "::ffff:192.0.2.10",
            ..good()
        };
        assert_eq!(mapped.by(&desk), wang);
        for time in [START - 60, START + 60] {
            desk.set_time(time);
            assert_eq!(good().by(&desk), wang);
        }
        for time in [START - 61, START + 61] {
            desk.set_time(time);
            assert_eq!(good().by(&desk), Err(401));
        }
    }
}

#[test]
fn whatever_is_changed_is_refused() {
    for place in backends() {
        let desk = desk(place);
        let upper: &'static str = GET.to_uppercase().leak();
        let turned: &'static str = GET.replacen('9', "8", 1).leak();
        for (what, changed) in [
            (
                "peer",
                Ask {
                    peer: "192.0.2.11",
                    ..good()
                },
            ),
            (
                "loopback",
                Ask {
                    peer: "127.0.0.1",
                    ..good()
                },
            ),
            (
                "peer 6",
                Ask {
                    peer: "2001:db8::2",
                    ..good()
                },
            ),
            (
                "user",
                Ask {
                    user: "li",
                    ..good()
                },
            ),
            (
                "nobody",
                Ask {
                    user: "nobody",
                    ..good()
                },
            ),
            (
                "time",
                Ask {
                    time: "1784505601",
                    ..good()
                },
            ),
            (
                "time's form",
                Ask {
                    time: "+1784505600",
                    ..good()
                },
            ),
            (
                "path",
                Ask {
                    target: "/api/v1/people",
                    ..good()
                },
            ),
            (
                "query",
                Ask {
                    target: "/api/v1/session?a=b",
                    ..good()
                },
            ),
            (
                "method",
                Ask {
                    method: Method::DELETE,
                    ..good()
                },
            ),
            (
                "signature",
                Ask {
                    signature: turned,
                    ..good()
                },
            ),
            (
                "case",
                Ask {
                    signature: upper,
                    ..good()
                },
            ),
            (
                "short",
                Ask {
                    signature: &GET[..62],
                    ..good()
                },
            ),
            (
                "none",
                Ask {
                    signature: "",
                    ..good()
                },
            ),
            ("no time", Ask { time: "", ..good() }),
            ("no user", Ask { user: "", ..good() }),
            (
                "twice",
                Ask {
                    more: vec![("x-dispatch-user", "li".to_owned())],
                    ..good()
                },
            ),
            (
                "and a token",
                Ask {
                    more: vec![("authorization", "Bearer dsp_x".to_owned())],
                    ..good()
                },
            ),
        ] {
            assert_eq!(changed.by(&desk), Err(401), "{what}");
        }
    }
}

#[test]
fn from_elsewhere_it_is_refused_even_beside_a_session() {
    for place in backends() {
        let desk = desk(place);
        // The desk speaks from 127.0.0.1.
        let browser = log_in(&desk, "li");
        let told = browser
            .ask(&desk, Method::GET, "/api/v1/session")
            .header("x-dispatch-user", "wang")
            .header("x-dispatch-time", "1784505600")
            .header("x-dispatch-signature", GET)
            .send();
        assert_eq!(told.expect(401).problem().0, "gateway");
        browser.who(&desk).expect(200);
    }
}

#[test]
fn without_a_gateway_and_for_the_disabled_there_is_none() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Approver]);
        assert_eq!(good().by(&desk), Err(401));
    }
    for place in backends() {
        let desk = desk(place);
        let store = &desk.context.store;
        let disabled = store.write_blocking(|change| {
            let sql = &mut *change.sql;
            let person = dispatch_service::people::person::find(sql, "wang")?.unwrap();
            let mut details = person.details;
            details.disabled = true;
            dispatch_service::people::person::change(sql, "wang", details)
        });
        disabled.unwrap();
        assert_eq!(good().by(&desk), Err(401));
    }
}

#[test]
fn a_change_from_another_site_is_refused() {
    for place in backends() {
        let desk = desk(place);
        let post = |name: &'static str, value: &str| {
            let more = vec![(name, value.to_owned())];
            let ask = Ask {
                method: Method::POST,
                target: "/api/v1/people?a=%E5%B9%B4",
                signature: POST,
                more,
                ..good()
            };
            ask.by(&desk).is_ok()
        };
        assert!(!post("sec-fetch-site", "cross-site"));
        assert!(!post("origin", "https://evil.example"));
        assert!(post("sec-fetch-site", "same-origin"));
    }
}
