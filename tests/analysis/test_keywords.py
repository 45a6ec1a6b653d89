import subprocess
import sys

import pytest

from analysis.keywords import Keyword, keywords, redact


def full_width(text):
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


@pytest.mark.parametrize(
    "secret",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 138 1234 5678",
        full_width("13812345678"),
        "一三八一二三四五六七八",
        "0736-7123456",
        "(0736) 712 3456",
        full_width("(0736)7123456"),
        "7123456",
        "43070219850101123X",
        "43070219850101123x",
        "430702850101123",
        "6222 0212 3456 7890 123",
        "zhang.san@qq.com",
        full_width("zhang@163.com"),
        "https://a.example.com/x?y=1",
        "www.example.com/a",
        "example.com.cn",
        "微信号：zhangsan_88",
        "微信zhangsan88",
        full_width("VX:zhangsan"),
        "QQ群 98765",
        "wxid_ab12",
        "湘J·A1234",
        "湘JD12345",
        "粤B1234学",
    ],
)
def test_what_leads_to_a_person_is_taken_out(secret):
    found = redact(f"请联系{secret}，谢谢")
    assert found == "请联系***，谢谢"


@pytest.mark.parametrize(
    "text",
    [
        "2026年修了3条路，花了120万",
        "请打12345热线或110",
        "一、修路；二、路灯",
        "微信公众号办得好",
        "湘江边的灯不亮",
        "",
    ],
)
def test_other_texts_are_left_as_they_are(text):
    assert redact(text) == text


def test_words_are_counted_by_answers_and_only_the_common_ones_are_given():
    answers = [
        "路灯坏了，要修路灯 LED",
        "路灯太暗，电话13812345678",
        "路灯和 led 停水",
        "停水！张三丰 王小明",
        "停水",
    ] * 2
    assert keywords(answers, least=4) == [Keyword("停水", 6), Keyword("路灯", 6), Keyword("led", 4)]
    assert keywords(answers, least=4, most=1) == [Keyword("停水", 6)]
    assert keywords(reversed(answers), least=5, leave_out=["停水"]) == [Keyword("路灯", 6)]
    assert keywords(["路灯"] * 9) == []
    assert keywords(["路灯"] * 10) == [Keyword("路灯", 10)]
    assert keywords([]) == []


def test_words_without_content_numbers_single_letters_and_names_are_left_out():
    answers = ["希望我们的养老院尽快解决问题，灯 12345 2026 王小明 the"] * 10
    assert keywords(answers) == [Keyword("养老院", 10)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("单振华主任热情", {"主任", "热情"}),
        ("欧阳建热情", {"热情"}),
        ("欧阳建国热情", {"热情"}),
        ("覃建军热情", {"热情"}),
        ("樊胜美热情", {"热情"}),
        ("王书记热情", {"书记", "热情"}),
        ("列一张清单，向村干部说明", {"清单", "村干部", "说明"}),
        ("养老院安静、文明、阳光", {"养老院", "安静", "文明", "阳光"}),
        ("有时候停水，是不是自来水厂造成的", {"停水", "自来水厂"}),
    ],
)
def test_names_go_and_what_only_looks_like_one_stays(answer, words):
    assert {each.word for each in keywords([answer] * 10)} == words


def test_a_word_of_one_answer_is_that_answer():
    with pytest.raises(ValueError, match="from 2 answers"):
        keywords(["路灯"], least=1)


def test_importing_loads_no_dictionary():
    script = "import sys, analysis.keywords; sys.exit('rjieba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
