//! A template's text as it is given to the interpreter.

#[path = "../../src/chat/remainder.rs"]
mod remainder;
#[path = "../../src/chat/source.rs"]
mod source;
#[path = "../../src/chat/tag_token.rs"]
mod tag_token;

use remainder::REMAINDER;
use source::prepared;

#[test]
fn marks_for_training_go_and_what_only_looks_like_them_stays() {
    assert_eq!(prepared("{%- generation -%}x{% endgeneration %}"), "{%- if true -%}x{% endif %}");
    for same in [
        "{{ \"{% generation %}\" }}",
        "{% raw +%}{% generation %}{{ a % b }}{% endraw %}",
        "{# {% generation %} #}",
        "{% if generation %}",
        "{{ {'a': {}} }} { {% if",
        "{{ 'never ended % ",
        "{% raw -%} never ended {{ a % b }}",
    ] {
        assert_eq!(prepared(same), same);
    }
    assert_eq!(prepared("{% raw %}a{%- endraw %}\r\nb\rc"), "{% raw +%}a{%- endraw %}\nb\nc");
}

#[test]
fn a_remainder_takes_the_factors_before_it_and_the_one_behind_it() {
    for (source, expected) in [
        ("{{ a % b }}", "{{ R(a , b) }}"),
        ("{{ 1 + a * b % c - d }}", "{{ 1 + R(a * b , c) - d }}"),
        ("{{ a % b % c }}", "{{ R(R(a , b) , c) }}"),
        ("{{ x.y[0](1) % -z|f(2).g ** 2 ~ q }}", "{{ R(x.y[0](1) , -z|f(2).g ** 2) ~ q }}"),
        ("{%- if loop.index0 % 2 == 0 -%}", "{%- if R(loop.index0 , 2) == 0 -%}"),
        ("{% set x = (a, 'b%c' % (d, e)) %}", "{% set x = (a, R('b%c' , (d, e))) %}"),
        ("{{ f(a % b, {'k': c % d}) }}", "{{ f(R(a , b), {'k': R(c , d)}) }}"),
        ("{{ not a % b in c and - d % e }}", "{{ not R(a , b) in c and R(- d , e) }}"),
        ("{{ (a % b) % (c % d) }}", "{{ R((R(a , b)) , (R(c , d))) }}"),
        ("{{ a if b % c else d % e }}", "{{ a if R(b , c) else R(d , e) }}"),
        ("{{ a %b}} % {{ '%' }}", "{{ R(a ,b)}} % {{ '%' }}"),
        ("{{ a - b % c }}{{ x is odd % 2 }}", "{{ a - R(b , c) }}{{ x is R(odd , 2) }}"),
    ] {
        assert_eq!(prepared(source).replace(REMAINDER, "R"), expected);
    }
}
