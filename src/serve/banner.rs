//! What is said at a terminal once Docket is ready.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use domain::user::Role as UserRole;

use super::first_admin::Created;
use crate::config::{Role, Roles};
use crate::demo;

/// All there is to say.
pub(super) struct Ready {
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) roles: Roles,
    pub(super) open_mode: Option<UserRole>,
    pub(super) demo: Option<demo::LogIns>,
    pub(super) admin: Option<Created>,
}

impl Ready {
    /// Prints it to standard output. Nobody has to read it.
    pub(super) fn print(&self) {
        let mut out = io::stdout().lock();
        if out.write_all(self.text().as_bytes()).and_then(|()| out.flush()).is_err() {
            tracing::debug!("nobody reads standard output");
        }
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        for address in &self.addresses {
            let url = local_url(*address);
            lines.push(if self.roles.include(Role::Api) {
                format!("Docket is ready on {url}  (API: {url}/api/docs/)")
            } else {
                let roles = self.roles.names().join(", ");
                format!("Docket ({roles}) is ready; health and metrics on {url}")
            });
        }
        if let Some(role) = self.open_mode.filter(|_| self.roles.include(Role::Api)) {
            lines.push(format!("Open mode: requests without a sign-in act as {}.", role.as_str()));
        }
        if let Some(Created { email, password }) = &self.admin {
            match password {
                Some(password) => lines.extend(boxed(&[
                    "The first administrator".to_owned(),
                    format!("  e-mail    {email}"),
                    format!("  password  {password}"),
                    "This is shown once. Change it after signing in.".to_owned(),
                ])),
                None => lines.push(format!("Created the administrator {email}.")),
            }
        }
        if let Some(log_ins) = &self.demo {
            let mut demo = vec![format!("Demo log-ins, password {}", log_ins.password)];
            let width = log_ins.users.iter().map(|user| user.role.len()).max().unwrap_or(0);
            for user in &log_ins.users {
                demo.push(format!("  {:<width$}  {}", user.role, user.email));
            }
            lines.extend(boxed(&demo));
        }
        lines.push("Ctrl-C stops it.".to_owned());
        lines.join("\n") + "\n"
    }
}

/// Where a program on this machine finds the address.
pub(crate) fn local_url(address: SocketAddr) -> String {
    let host = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

fn boxed(lines: &[String]) -> Vec<String> {
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let edge = "─".repeat(width + 2);
    let mut framed = vec![format!("┌{edge}┐")];
    framed.extend(lines.iter().map(|line| format!("│ {line:<width$} │")));
    framed.push(format!("└{edge}┘"));
    framed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_start_says_where_and_how_to_sign_in() {
        let admin = Created { email: "a@example.com".into(), password: Some("geheim".into()) };
        let ready = Ready {
            addresses: vec!["0.0.0.0:8000".parse().unwrap(), "[::1]:9".parse().unwrap()],
            roles: Roles::default(),
            open_mode: None,
            demo: None,
            admin: Some(admin),
        };
        let text = ready.text();
        assert!(text.contains("http://127.0.0.1:8000/api/docs/"), "{text}");
        assert!(text.contains("http://[::1]:9/api/docs/"), "{text}");
        assert!(text.contains("│   password  geheim"), "{text}");
        assert!(!text.contains("Open mode"), "{text}");
    }
}
