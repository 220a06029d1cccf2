//! Spans as a real page makes them: a click, its request, and the work on the response.

use serde_json::{Value, json};

/// The arguments of `sdk.record`: rows of name, parent's row, kind and attributes.
#[derive(Debug)]
pub(crate) struct Mix {
    rows: Vec<Value>,
}

impl Mix {
    pub(crate) fn of_actions(count: usize) -> Self {
        let rows = (0..count).flat_map(action).collect();
        Self { rows }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns a JavaScript expression.
    pub(crate) fn json(&self) -> String {
        Value::from(self.rows.clone()).to_string()
    }
}

fn action(number: usize) -> [Value; 4] {
    let root = 4 * number;
    let (id, size) = (number * 7919 % 1009, 300 + number * 37 % 2000);
    let page = ["/home", "/notifications", "/search"][number % 3];
    [
        json!(["mix.click Like", -1, "internal", {
            "app.action.name": "click Like", "app.action.trigger": "click", "app.action.outcome": "completed",
            "app.widget.id": format!("like-{id}"), "app.widget.name": "Like",
            "session.id": "4f1c7a0e93b24d5c8a6e1f0b7d2c9e35",
            "url.path": page, "browser.document.visibility": "visible",
        }]),
        json!(["mix.PUT", root, "client", {
            "http.request.method": "PUT", "url.full": format!("https://cruddur.example/api/activities/{id}/like"),
            "url.template": "/api/activities/{id}/like", "server.address": "cruddur.example", "server.port": 443,
            "http.response.status_code": 200, "http.response.body.size": size, "network.protocol.version": "2",
        }]),
        json!(["mix.decode", root + 1, "internal", { "app.body.size": size, "code.function.name": "decode" }]),
        json!(["mix.render", root, "internal", { "app.component": "Activity", "app.item.count": number % 50 }]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parent_is_an_earlier_row_of_its_own_action() {
        let mix = Mix::of_actions(3);
        assert_eq!(mix.len(), 12);
        for (row, span) in mix.rows.iter().enumerate() {
            let parent = span[1].as_i64().unwrap();
            let own_action = i64::try_from(row - row % 4).unwrap();
            let is_root = row % 4 == 0 && parent == -1;
            assert!(is_root || (own_action..i64::try_from(row).unwrap()).contains(&parent));
        }
    }
}
