//! Instances of what is used: it inherits from where it is used, so elements whose values hang on variables that are set
//! there get a copy for each.

use super::super::ids;
use super::super::properties::has_function;
use super::super::tree::{ChildNode, Element, Tree};

/// Elements that may be copied in all.
const MOST: usize = 10_000;

/// Puts copies of what is used into those that use it, where variables are other there. Returns the users, each with its copy.
pub(super) fn expand(tree: &mut Tree) -> Vec<(usize, usize)> {
    let mut made = Vec::new();
    let varies = |tree: &Tree, at: usize| tree[at].style.values().any(|value| has_function(value, "var"));
    if !(0..tree.len()).any(|at| varies(tree, at)) {
        return made;
    }
    let by_id = ids::by_id(tree);
    let mut left = MOST;
    let mut user = 0;
    while user < tree.len() {
        let at = user;
        user += 1;
        if tree[at].name != "use" {
            continue;
        }
        let target =
            tree[at].href().and_then(|href| href.strip_prefix('#')).and_then(|id| by_id.get(id).copied());
        let Some(target) = target.filter(|target| !tree.ancestors(at).any(|around| around == *target)) else {
            continue;
        };
        let sets = |at: &usize| tree[*at].style.keys().any(|name| name.starts_with("--"));
        let shared: Vec<usize> = tree.ancestors(target).collect();
        if !tree.ancestors(at).take_while(|around| !shared.contains(around)).any(|around| sets(&around)) {
            continue;
        }
        let (mut open, mut size, mut hangs) = (vec![target], 0, false);
        while let Some(inside) = open.pop() {
            size += 1;
            hangs |= varies(tree, inside);
            open.extend(tree.children(inside));
        }
        let Some(rest) = left.checked_sub(size).filter(|_| hangs) else { continue };
        left = rest;
        let copy = tree.copy(target, at);
        made.push((at, copy));
    }
    made
}

/// Puts the copies where they can be referred to.
pub(super) fn refer(tree: &mut Tree, made: &[(usize, usize)]) {
    for (user, copy) in made {
        let id = format!("pelicycle-instance-{copy}");
        tree[*user].children.retain(|child| !matches!(child, ChildNode::Element(at) if at == copy));
        let defs = tree.append(0, Element::new("defs", &[]));
        tree[defs].children.push(ChildNode::Element(*copy));
        tree[*copy].parent = Some(defs);
        tree[*copy].set("id", id.clone());
        tree[*user].unset("xlink:href");
        tree[*user].set("href", format!("#{id}"));
    }
}
