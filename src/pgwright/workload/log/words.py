"""The words of the server's messages, in the languages that it speaks: those of the catalogues of PostgreSQL 15.

Its logs in German, Spanish, French, Japanese, Russian, Swedish and Chinese were read with them. auto_explain always
speaks English. A language that is not here is not recognised, and the log then has no statement.
"""

from __future__ import annotations

import re
from enum import Enum


def _any(words: str) -> str:
    """Words divided by bars, as an alternative of a pattern, longer ones first."""
    found = sorted((re.escape(word) for word in words.split("|")), key=len, reverse=True)
    return "(?:" + "|".join(found) + ")"


class Severity(Enum):
    """What an entry is, by the word at its beginning. A detail and the like belong to the entry before."""

    ENTRY = "entry"
    ERROR = "error"
    DETAIL = "detail"
    OTHER = "other"


_SEVERITIES = {
    Severity.ENTRY: (
        "LOG|СООБЩЕНИЕ|LOGG|ЗАПИСУВАННЯ|로그|日志|ჟურნალი"
        "|"
        "WARNING|NOTICE|INFO|DEBUG|DEBUG1|DEBUG2|DEBUG3|DEBUG4|DEBUG5|WARNUNG|HINWEIS|"
        "ATTENTION|ATTENZIONE|ПРЕДУПРЕЖДЕНИЕ|ЗАМЕЧАНИЕ|VARNING|ПОПЕРЕДЖЕННЯ|경고|警告|გაფრთხილება"
    ),
    Severity.ERROR: (
        "ERROR|FATAL|PANIC|FEHLER|PANIK|ERREUR|ERRORE|FATALE|ОШИБКА|ВАЖНО|FEL|FATALT|ПОМИЛКА|"
        "ФАТАЛЬНО|오류|치명적오류|错误|致命错误|შეცდომა|ფატალური"
    ),
    Severity.DETAIL: "DETAIL|DETALLE|DÉTAIL|DETTAGLI|詳細|ПОДРОБНОСТИ|DETALJ|ВІДОМОСТІ|상세정보|详细信息|დეტალები",
    Severity.OTHER: (
        "HINT|CONTEXT|QUERY|STATEMENT|LOCATION|BACKTRACE|TIPP|ZUSAMMENHANG|ANFRAGE|ANWEISUNG|"
        "CONTEXTO|CONSULTA|SENTENCIA|ASTUCE|CONTEXTE|REQUÊTE|INSTRUCTION|SUGGERIMENTO|CONTESTO|"
        "ISTRUZIONE|ヒント|文脈|問い合わせ|文|ПОДСКАЗКА|КОНТЕКСТ|ЗАПРОС|ОПЕРАТОР|TIPS|KONTEXT|FRÅGA|SATS|"
        "УКАЗІВКА|ЗАПИТ|ІНСТРУКЦІЯ|힌트|내용|쿼리|구문|提示|上下文|查询|语句|მინიშნება|კონტექსტი|მოთხოვნა|"
        "ოპერატორი"
    ),
}
SEVERITY = {word: severity for severity, words in _SEVERITIES.items() for word in words.split("|")}
"""What each word says; of words in two parts the second."""

DURATION = _any(
    "duration|Dauer|duración|durée|durata|期間|실행시간|수행시간|продолжительность|varaktighet|тривалість|执行时间|"
    "ხანგრძლივობა"
)
MILLISECONDS = _any("ms|ミリ秒|мс|მწმ|მწმs")
STATEMENT = _any(
    "statement|Anweisung|sentencia|instruction|istruzione|文|명령 구문|оператор|sats|语句|გამოსახულება|ოპერატორი"
)
FETCH = _any(
    "execute fetch from|Ausführen Fetch von|ejecutar fetch desde|exécute fetch à partir de|esecuzione di fetch da|"
    "取り出し実行|자료뽑기|выборка из|kör hämtning från|виконати витягнення з|执行FETCH操作"
)
EXECUTE = _any("execute|Ausführen|ejecutar|exécute|esecuzione di|実行|쿼리실행|выполнение|kör|виконувати|执行|გაშვება")
