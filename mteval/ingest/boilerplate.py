"""What web pages put round a text: named reasons to drop a line, each a rule of its own.

The rules know the habits of Chinese and English news and government sites, not any one page. They
see a line in simplified characters with its spaces folded, and they judge that line alone; what
only the neighbourhood can tell (a title, a lead, a question without counterpart) is told by the
pipeline once the alignment is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mteval.languages.text import (
    HAN,
    compose,
    count_han,
    count_latin_words,
    fold_spaces,
    to_simplified,
)

__all__ = ["BOILERPLATE", "boilerplate_reason"]

Rule = Callable[[str], bool]

# A rule that looks for words anywhere in a line applies to short lines only: a paragraph of a
# statement may speak of microblogs and comments, too.
_SHORT = 40
# What is longer is text; some patterns would search it for minutes.
_LONGEST = 3000
_SENTENCE_END = re.compile(r"[。!?！？…；;]|[a-z)]\.(\s|$)")
_STOPS = ("。", "！", "!", "？", "?")
# Letters set apart for show: 版 权 所 有.
_SPACED_OUT = re.compile(rf"(?:(?<=^)|(?<=[\s,，]))[{HAN}](?: [{HAN},，])+(?=\s|$)")

# Addresses are ASCII; Chinese goes on right behind them without a space.
_URL = re.compile(r"(https?://|www\.)[!-~]+|[\w.+-]+@[\w-]+(\.[\w-]+)+", re.IGNORECASE | re.ASCII)

_TIME = r"\d{1,2}[:：]\d{2}([:：]\d{2})?"
_DATE = r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?"
_MONTH = r"\b(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\b\.?"
_ENGLISH_DATE = rf"({_MONTH}\s\d{{1,2}},?\s\d{{4}}|\d{{1,2}}\s{_MONTH},?\s\d{{4}})"
_ANY_DATE = re.compile(rf"{_DATE}|{_ENGLISH_DATE}", re.IGNORECASE)
# The hour that something begins has a.m., or an end: 15:00-15:40; a time stamp has neither.
_STAMP = re.compile(
    rf"({_DATE}[\s T]*|{_ENGLISH_DATE},?\s(at\s)?){_TIME}(?!\s?[-—–~至]|\s?[ap]\.?m)"
    rf"|{_TIME},?\s{_ENGLISH_DATE}",
    re.IGNORECASE,
)
_AT_START = r"(?:^|(?<=[\s|｜/(（【\[]))"
# Labels that only bylines have ...
_FIELD = re.compile(
    r"(文章来源|信息来源|稿件来源|新闻来源|稿源|责任编辑|责编|(发布|发表|更新|发稿|成文|上传|录入)(时间|日期)|字体大小|字体|字号"
    r"|浏览次数|浏览量|点击数|点击率|阅读量|阅读时间|阅读次数|索引号|文号|发文字号|发文机关|发布机构|主题分类"
    rf"|{_AT_START}(web editor|editor-in-charge|font size|(updated|published|posted)( on)?(?=\s?[:：]\s?(\d|{_MONTH}))))\s*[:：\[【]",
    re.IGNORECASE,
)
# ... and labels that text has, too, with the value that makes a byline of them.
# Chinese names, nearly all of two or three characters.
_NAMES = rf"[\s:：]*[{HAN}]{{2,3}}([\s、,，/]+[{HAN}]{{2,3}}){{0,3}}"
_WEAK_FIELD = re.compile(
    rf"{_AT_START}(来源|编辑|作者|浏览|点击|阅读|供稿|通讯员|摄影|审核|审校|校对|译者|翻译|source|editors?|author|views?|hits)\s*[:：]",
    re.IGNORECASE,
)
_WEAK_LINE = re.compile(
    rf"^[（(【\[]?\s*(来源\s*[:：]\s*[^:：]{{1,40}}|source\s*[:：]\s*(?-i:[A-Z])\S*(\s+[^\s:：]+){{0,5}}|(编辑|作者|供稿|通讯员|摄影|审核|审校|校对|译者|翻译)\s*[:：]{_NAMES}"
    r"|(editors?|author)\s*[:：](\s+(?-i:[A-Z])[\w.,'’-]*){1,6}|(浏览|点击|阅读|views?|hits)\s*[:：]\s*\d+次?"
    rf"|(时间|日期|time|date)\s*[:：]\s*({_DATE}|{_ENGLISH_DATE})(,?\s?{_TIME})?)\s*[)）】\]]?$",
    re.IGNORECASE,
)
_BY_NAME = re.compile(
    r"^([Bb]y|BY|Text by|Photos? by|Edited by)(\s+and)?(?!\s+\w+ing\b)(\s+[A-Z][\w.'’-]+){2,3}((,|\s+and)(\s+[A-Z][\w.'’-]+){2,3})*"
    r"(\s+in\s+[A-Z]\w+)?(\s*\|.*)?$"
)

_PLATFORM = r"微信|微博|朋友圈|好友|QQ|空间|facebook|twitter|linkedin"
_SHARE = re.compile(
    rf"^(一键|点击)?分享(到|至|给)?\s*[:：×]?$|^分享让|分享按钮|分享(到|至|给).{{0,6}}({_PLATFORM})|^(收藏|打印|转发|点赞|微信|微博)$"
    r"|^(推荐给(朋友|好友)|(全文)?打印(文本|本页|文字稿)?|关闭(窗口|本页))([\s|｜:：]+(推荐给(朋友|好友)|(全文)?打印(文本|本页|文字稿)?|关闭(窗口|本页)))*[\s:：]*$"
    r"|^([【\[]\s?(打印|关闭|收藏|纠错|分享|大|中|小)\s?[】\]]\s*)+$|打开微信|微信(扫|好友|朋友圈|二维码)|扫一扫|扫码(分享|关注|下载)|扫描.{0,6}二维码|二维码.{0,6}(分享|关注|下载)|复制链接"
    r"|^(请|欢迎|长按|点击)?(关注|下载).{0,8}(公众号|客户端)",
    re.IGNORECASE,
)
_SHARE_WORDS = re.compile(
    r"^((share|print|email|e-mail|tweet|facebook|twitter|x|linkedin|whatsapp|wechat|weibo|telegram"
    r"|reddit|copy link|save|this|page|article|on|via|to|follow us|like|qr code|scan|moments"
    r"|large|medium|small|text size|font size|a|suggest to a friend|close( window)?)\b[\s|/,:·+-]*)+$",
    re.IGNORECASE,
)

_PAGING = re.compile(
    r"加载(下一页|更多)|(^|[\s|:：<>«»])[上下]一(页|篇|条|则)\s*([:：>»]|$)|^阅读[上下]一(页|篇|条|则)|查看(更多|全文|原文)|阅读(全文|原文)"
    r"|返回(顶部|首页|页首|列表)|回到?顶部|更多\s*>>|展开全文|点击(查看|进入|下载|播放|更换)|^[小中大]字号|^[【\[]?大\s?中\s?小[】\]]?(\s.{0,6})?$|^第\s?\d+\s?页"
    r"|^page \d+( of \d+)?$|^back to (the )?(top|home|list)$|^more\s*[>»]+$"
    r"|^(read|load|see|view) (more|all)\W*$|^(next|previous|prev)( (page|article|post))?\W*$",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    r"(^|[>》|]\s?)(我要|点击)?发表(感言|评论)\s*([:：(（>]|$)|^(我要|网友|全部|最新)评论|^验证码\s*([,，:：]|$)|输入验证码|看不清楚?[,，]?(请|换|点)"
    r"|^请先?(登录|注册)$|(请先?|^)登录(后|再).{0,6}(评论|发表|回复|参与|可见)|登录或注册$"
    r"|^(评论|内容|提交|提交评论|登录|注册|用户名|密码|匿名|回复|昵称)(\s*[:：]|\s*[(（]?\d+[)）]?|\s请.{0,20})?$"
    r"|^(comments?( \(\d+\))?|leave a (comment|reply)|post (a )?comment|submit|log ?in"
    r"|sign (in|up)|register|subscribe( now)?|captcha|your (name|email|comment))\W*$"
    r"|^your e-?mail (address )?will not be published|required fields are marked",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"^(全部|我)?(接受|拒绝|同意|知道了|关闭)(全部|所有)?(cookies?)?$"
    r"|^(i )?(accept|reject|agree|decline|allow|got it|close)( (all|cookies|settings))*$",
    re.IGNORECASE,
)

# A short line needs one of these marks, a long one two that differ.
_DISCLAIMER_MARKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(免责|版权)声明\s?[:：]|disclaimer:",
        r"版权所有(?![者人])|版权.{0,6}归|all rights reserved|copyright\s*(©|\(c\)|\d{4})|^©",
        r"转载请|欢迎转载|转载.{0,6}(注明|授权)|禁止转载|不得转载",
        r"不代表本[网站社]|仅代表作者|与本[网站]无关|本[网站]不(承担|负)|观点不代表",
        r"未经.{0,4}(许可|书面|本[网站社报]|[网站社报]).{0,4}(授权|许可)|未经.{0,6}授权.{0,4}(转载|摘编|复制|镜像)",
        r"如有侵权|侵权.{0,4}删除|[侵违].{0,8}(及时|立即)删除",
        r"[\u4e00-\u9fff]ICP备|公网安备|网站标识码|运行维护(单位)?[:：]|技术支持[:：]",
        r"不良信息举报|投稿邮箱",
        r"^(terms of (use|service)|privacy policy|cookie policy|隐私政策|使用条款)",
        r"\b(uses?|accept|our) cookies|cookie policy|使用\s?cookie|cookie政策",
        r"^(this is )?(an?|the) official (web)?site of|^(这|本网站)是.{2,30}官方网站",
        r"external links\b.{0,60}\b(construed|endorse)|外部链接.{0,20}(视为|代表|认可)",
    )
)
_DISCLAIMER_HEAD = re.compile(
    r"^[【\[(（]?\s*(免责声明|版权声明|disclaimer|copyright notice)\s*([】\])）]|[:：]|$)",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(地址|邮编|邮政编码|电话|传真|\baddress|\bpostal code|\bzip code|\btel(ephone)?|\bphone|\bfax)\s*[:：.]",
    re.IGNORECASE,
)
# A notice gives addresses and numbers, too; the foot of a site has this before them.
_CONTACT_US = re.compile(r"^(联系我们|contact us)\b", re.IGNORECASE)

_MENU = re.compile(
    r"^当前位置\s?[:：]|^您(现在)?的位置|^首页\s*[>»›|·]"
    r"|^(首页|主页|网站地图|设为首页|加入收藏|中文版?|繁体|简体|友情链接|栏目导航|专题专栏|菜单|搜索|检索|导航|手机版|电脑版|无障碍|关怀版)$"
    r"|^(相关|热门|推荐|延伸|最新)(阅读|新闻|链接|报道|文章|推荐|资讯|稿件|内容|专题|文档|视频)\s*[:：]?$|^猜你喜欢|^为你推荐|^喜欢此内容的人还喜欢|^即日新闻$"
    r"|^(标签|tags?|topics|filed under)\s*[:：]|^tags$"
    r"|^(home|menu|search|site ?map|skip to (main )?content|english|languages?)$|^home\s*[>»›|/]"
    r"|^you are here|^here['’]s how you know|^(related|recommended|most (read|popular|viewed|shared)|latest|trending|top)"
    r"( (articles?|news|stories|posts?|links|reading|topics|videos|in 24 hours))?\s*:?$"
    r"|^today['’]s press releases$|^(photos|videos|editor['’]?s['’]? picks?|you (may|might) also like|special coverage)\s*:?$",
    re.IGNORECASE,
)
_MENU_SEPARATOR = re.compile(r"\s[/·•]\s?|[|｜丨>»›]|\s·")
_BRACKETED_TAG = re.compile(rf"(?:^|[\s·])[\[【][{HAN}]{{1,6}}[\]】]")

_AGENCY = r"xinhua|afp|ap|reuters|vcg|ic|cfp|cns|china daily|getty images|epa|photo|people['’]s daily( online)?|cctv"
_CAPTION = re.compile(
    r"^[（(【\[]?\s*((资料|档案|视频|新闻|网络)(图片?|照片|截图)|图片|照片|图片来源|图源)\s*([:：/].{0,30})?[）)】\]]?$"
    rf"|^[（(【\[]?\s*图为.{{0,60}}$|^[（(【\[]?(新华社|中新社|人民网)?(发|记者).{{1,12}}(?<![拍统])摄[)）]?$"
    rf"|(^|[\s。（(:：]|记者|[社网]发)\s*[{HAN}]{{2,4}}(?<![拍统])\s?摄\s?[）)】\]]?$"
    r"|[\[(（【](图片来源|图片|图源|供图)[^\])）】]{0,30}[\])）】]$"
    r"|^[\[(]?\s*(file |handout )?(photo|image|picture|screenshot)s?\s*([:：/]|(by|via)\s(?-i:[A-Z])|courtesy\b)"
    r"|^(this|an?|the|undated|file|combo|aerial|\s)+photo (taken|released|provided|shows)\b"
    rf"|[\[(](file )?(photo|image|picture)[^\])]{{0,60}}[\])]$|[\[(]({_AGENCY})/[^\])]{{1,40}}[\])]$",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(摘编|责编|编校|编审|供稿)\s*[:：]?\s*[\u4e00-\u9fff]{2,4}[)）]?$|^[(（]?(完|全文完|未完待续|the end|end)[)）]?$"
    r"|^ends?/\w+day\b|^issued at\b.{0,12}\d|^香港时间\d+时\d+分$|^阅读\s?[\d.]+万?\+?$",
    re.IGNORECASE,
)


def _size(line: str) -> int:
    """Measure a line in Han characters and Latin words."""
    return count_han(line) + count_latin_words(line)


def _is_link(line: str) -> bool:
    # "Original link:", "原文链接:" and no sentence that asks to write or to visit.
    rest = _URL.sub("", line)
    return rest != line and count_han(rest) <= 6 and count_latin_words(rest) <= 3


def _is_byline(line: str) -> bool:
    if _size(line) > 60 or _SENTENCE_END.search(_ANY_DATE.sub("", _URL.sub("", line))):
        return False
    fields = len(_FIELD.findall(line)) + len(_WEAK_FIELD.findall(line))
    stamp = _STAMP.search(line)
    if stamp and (fields or stamp.start() == 0 or stamp.end() == len(line)):
        return _size(_STAMP.sub("", line)) <= (30 if fields else 12)
    if _FIELD.search(line) and _size(line) <= 25:
        return True
    if fields and _ANY_DATE.search(line) and _size(line) <= 30:
        return True
    return fields >= 2 or bool(_WEAK_LINE.match(line)) or bool(_BY_NAME.match(line))


def _short_with(pattern: re.Pattern[str]) -> Rule:
    return lambda line: _size(line) <= _SHORT and bool(pattern.search(line))


def _is_share(line: str) -> bool:
    return (_size(line) <= _SHORT and bool(_SHARE.search(line))) or bool(_SHARE_WORDS.match(line))


def _is_disclaimer(line: str) -> bool:
    marks = sum(bool(mark.search(line)) for mark in _DISCLAIMER_MARKS)
    return (
        bool(_DISCLAIMER_HEAD.match(line))
        or marks >= 2
        or (marks == 1 and _size(line) <= _SHORT and not line.endswith(_STOPS))
    )


def _is_contact(line: str) -> bool:
    return bool(_CONTACT_US.match(line) and _CONTACT.search(line))


def _is_menu(line: str) -> bool:
    if _size(line) <= _SHORT and _MENU.search(line):
        return True
    if len(_BRACKETED_TAG.findall(line)) >= 3:
        return True
    if _SENTENCE_END.search(line):
        return False
    items = [item.strip() for item in _MENU_SEPARATOR.split(line) if item.strip()]
    if len(items) == 2 and max(map(_size, items)) <= 6:
        return any(_MENU.fullmatch(item) for item in items)
    # Two dots may stand in foreign names: 安东尼 · 布林肯和杰克 · 沙利文.
    dots_alone = line.count("·") == len(_MENU_SEPARATOR.findall(line))
    return len(items) >= (4 if dots_alone else 3) and max(map(_size, items)) <= 25


BOILERPLATE: tuple[tuple[str, Rule], ...] = (
    ("link", _is_link),
    ("disclaimer", _is_disclaimer),
    ("contact details", _is_contact),
    ("byline", _is_byline),
    ("share button", _is_share),
    ("page control", _short_with(_PAGING)),
    ("comment form", _short_with(_COMMENT)),
    ("cookie notice", _short_with(_CONSENT)),
    ("picture caption", _short_with(_CAPTION)),
    ("editor's line", lambda line: _size(line) <= 20 and bool(_CREDIT.search(line))),
    ("navigation", _is_menu),
)


def _join_spaced_out(line: str) -> str:
    return _SPACED_OUT.sub(lambda match: match[0].replace(" ", ""), line)


_normal = compose(to_simplified, fold_spaces, _join_spaced_out)


def boilerplate_reason(line: str) -> str | None:
    """Name the first rule that a line falls under, or None for a line of text."""
    if len(line) > _LONGEST:
        return None
    normal = _normal(line)
    return next((reason for reason, applies in BOILERPLATE if applies(normal)), None)
