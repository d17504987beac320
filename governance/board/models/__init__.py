from governance.board.models.file import PackFile
from governance.board.models.numbers import FrozenNumbers
from governance.board.models.pack import BlockWords, BoardPack, PackBlock
from governance.board.models.position import KeptPosition
from governance.board.models.question import AnswerWords, PackQuestion

__all__ = ["AnswerWords", "BlockWords", "BoardPack", "FrozenNumbers", "KeptPosition", "PackBlock", "PackFile", "PackQuestion"]
