use super::*;

fn message(uuid: &str, handle: &str, at: i64) -> Message {
    Message {
        uuid: uuid.to_owned(),
        handle: handle.to_owned(),
        message: format!("text of {uuid}"),
        created_at: Some(Timestamp::from_millis(at)),
        ..Message::default()
    }
}

fn group(handle: &str, at: i64) -> MessageGroup {
    MessageGroup {
        uuid: format!("with {handle}"),
        handle: handle.to_owned(),
        created_at: Some(Timestamp::from_millis(at)),
        ..MessageGroup::default()
    }
}

fn page<T>(items: Vec<T>, next: Option<&str>) -> MessagePage<T> {
    MessagePage {
        items,
        next: next.map(str::to_owned),
    }
}

fn apply(actions: impl IntoIterator<Item = MessagesAction>) -> Rc<Messages> {
    let state = Rc::<Messages>::default();
    actions
        .into_iter()
        .fold(state, |state, action| state.reduce(action))
}

fn opened() -> Vec<MessagesAction> {
    let groups = vec![group("londo", 20), group("worf", 10)];
    vec![
        MessagesAction::GroupsReceived(Ok(page(groups, None))),
        MessagesAction::Opened("worf".to_owned()),
        received(
            "worf",
            vec![message("b", "worf", 10), message("a", "me", 5)],
        ),
    ]
}

fn received(handle: &str, messages: Vec<Message>) -> MessagesAction {
    MessagesAction::Received(handle.to_owned(), Ok(page(messages, Some("/older"))))
}

fn arrived(conversation: &str, message: Message, is_own: bool) -> MessagesAction {
    MessagesAction::Arrived {
        conversation: conversation.to_owned(),
        message,
        is_own,
    }
}

fn uuids(state: &Messages) -> Vec<&str> {
    let shown = state.conversation("worf").unwrap();
    shown.messages.iter().map(|it| it.uuid.as_str()).collect()
}

fn handles(state: &Messages) -> Vec<&str> {
    state.groups.iter().map(|it| it.handle.as_str()).collect()
}

#[test]
fn messages_are_shown_oldest_first_and_once() {
    let mut actions = opened();
    actions.push(arrived("worf", message("c", "worf", 30), false));
    actions.push(arrived("WORF", message("c", "worf", 30), false));
    let older = page(vec![message("a", "me", 5), message("0", "me", 1)], None);
    actions.push(MessagesAction::Extended("worf".to_owned(), older));
    let state = apply(actions);
    assert_eq!(uuids(&state), ["0", "a", "b", "c"]);
    assert_eq!(state.conversation("worf").unwrap().next, None);
}

#[test]
fn message_that_arrives_while_loading_is_kept() {
    let state = apply([
        MessagesAction::Opened("worf".to_owned()),
        arrived("worf", message("c", "worf", 30), false),
        received("worf", vec![message("b", "worf", 10)]),
    ]);
    assert_eq!(uuids(&state), ["b", "c"]);
    assert_eq!(
        state.conversation("worf").unwrap().next.as_deref(),
        Some("/older")
    );
}

#[test]
fn arrived_message_moves_its_conversation_to_the_top_unread() {
    let mut actions = opened();
    actions.push(arrived("worf", message("c", "worf", 30), false));
    let state = apply(actions);
    assert_eq!(handles(&state), ["worf", "londo"]);
    assert!(state.groups[0].unread);
    assert_eq!(state.groups[0].message, "text of c");
    let state = state.reduce(MessagesAction::Read("worf".to_owned()));
    assert!(!state.groups[0].unread);
}

#[test]
fn late_list_does_not_undo_what_arrived_or_was_read_meanwhile() {
    let mut unread = vec![group("londo", 20), group("worf", 10)];
    unread[0].unread = true;
    let list = || MessagesAction::GroupsReceived(Ok(page(unread.clone(), None)));
    let state = apply([
        list(),
        MessagesAction::Read("londo".to_owned()),
        arrived("worf", message("c", "worf", 30), false),
        list(),
    ]);
    assert_eq!(handles(&state), ["worf", "londo"]);
    assert_eq!(state.groups[0].message, "text of c");
    assert_eq!(
        [state.groups[0].unread, state.groups[1].unread],
        [true, false]
    );
    // A new conversation that the late list does not have yet.
    let newer = vec![group("garek", 40), group("londo", 20)];
    let newer = MessagesAction::GroupsReceived(Ok(page(newer, None)));
    assert_eq!(
        handles(&apply([list(), newer, list()])),
        ["garek", "londo", "worf"]
    );
}

#[test]
fn own_message_is_read_and_not_announced() {
    let mut actions = opened();
    actions.push(arrived("worf", message("c", "me", 30), true));
    let state = apply(actions);
    assert!(!state.groups[0].unread);
    assert_eq!(state.announcement, Announcement::default());
}

#[test]
fn message_of_another_conversation_is_announced_without_its_text() {
    let mut actions = opened();
    actions.push(arrived("londo", message("c", "londo", 30), false));
    let state = apply(actions);
    assert_eq!(state.announcement.text, "New message from londo");
    assert_eq!(uuids(&state), ["a", "b"]);
    let state = state.reduce(arrived("worf", message("d", "worf", 31), false));
    assert_eq!(state.announcement.text, "worf: text of d");
    assert_eq!(state.announcement.number, 2);
}

#[test]
fn message_of_a_new_conversation_does_not_change_the_list() {
    let mut actions = opened();
    actions.push(arrived("garek", message("c", "garek", 30), false));
    let state = apply(actions);
    assert_eq!(handles(&state), ["londo", "worf"]);
    assert!(state.lists("WORF") && !state.lists("garek"));
}

#[test]
fn list_is_older_than_a_message_that_it_does_not_have() {
    let at = |ms| Some(Timestamp::from_millis(ms));
    let state = apply(opened());
    assert!(!state.is_older_than(at(20)) && !state.is_older_than(None));
    assert!(state.is_older_than(at(21)));
    assert!(!Messages::default().is_older_than(at(21)));
}

#[test]
fn failed_reload_keeps_what_is_shown() {
    let mut actions = opened();
    actions.push(MessagesAction::GroupsReceived(Err(ApiError::Unreachable)));
    actions.push(MessagesAction::Received(
        "worf".to_owned(),
        Err(ApiError::Unreachable),
    ));
    let state = apply(actions);
    assert_eq!(state.status, LoadStatus::Ready);
    assert_eq!(uuids(&state), ["a", "b"]);
}

#[test]
fn response_for_a_conversation_that_was_left_is_ignored() {
    let mut actions = opened();
    actions.push(MessagesAction::Opened("londo".to_owned()));
    actions.push(received("worf", vec![message("c", "worf", 30)]));
    let state = apply(actions);
    assert!(state.conversation("worf").is_none());
    assert_eq!(state.conversation("londo").unwrap().messages, []);
}

#[test]
fn another_generation_of_the_session_removes_everything() {
    let state = apply(opened()).reduce(MessagesAction::Reset(0));
    assert_eq!(*state, *apply(opened()));
    let state = state.reduce(MessagesAction::Reset(1));
    assert!(state.groups.is_empty() && state.shown_handle().is_none());
    // The next page has opened already when the app notices the sign-in.
    let state = state.reduce(MessagesAction::Opened("worf".to_owned()));
    let state = state.reduce(MessagesAction::Reset(1));
    assert_eq!(state.shown_handle().as_deref(), Some("worf"));
}
