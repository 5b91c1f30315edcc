"""Writes the workbooks of this folder; see README.md."""
import datetime, os, shutil, subprocess, sys, tempfile
import msoffcrypto.format.ooxml
import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
import xlsxwriter

OUT = sys.argv[1]
HEAD = ["序号", "专项库名称", "统一社会信用代码/注册号", "企业名称", "许可证名称", "编号", "批准日期",
        "有效期至（长期=9999-09-09）", "发证机关", "专业监管", "专业资质资格", "配备专家(组长)"]

def openpyxl_book():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "检查对象"
    sheet.append(["检查对象名录库"])
    sheet.merge_cells("A1:L1")
    sheet.append(HEAD)
    sheet.append([1, "特种设备库", "91350100M000100Y43", "甲公司", "生产许可证", "TS-1", datetime.date(2020, 1, 2), "长期", "某局", "特种", "特种设备、电梯", "否"])
    sheet.append([2, "特种设备库", "914403001922038216", CellRichText("乙", TextBlock(InlineFont(b=True), "公司"), "（集团）"), "生产许可证", 17, datetime.datetime(2021, 12, 31), datetime.date(2026, 7, 1), "某局", "=\"特\"&\"种\"", None, None])
    sheet.append([3, "食品库", 913501000001000431, "丙公司", None, None, None, None, None, None, None, None])
    for row in sheet.iter_rows(min_row=3, min_col=7, max_col=8):
        for cell in row:
            if cell.is_date:
                cell.number_format = 'yyyy"年"m"月"d"日"'
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["I"].hidden = True
    people = book.create_sheet("执法人员")
    people.append(["执法证号", "姓名", "部门", "有效期", "组长"])
    people.append(["0012345", "张三", "市场监管局", datetime.date(2028, 1, 1), True])
    people.append([12346, "李四", "市场监管局", datetime.date(2028, 1, 1), False])
    book.create_sheet("填表说明").append(["每行一户"])
    return book

book = openpyxl_book()
book.save(os.path.join(OUT, "openpyxl.xlsx"))
# LibreOffice reads it, works the formula out and writes a file of its own.
beside = tempfile.mkdtemp()
subprocess.run(["soffice", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", beside, os.path.join(OUT, "openpyxl.xlsx")], check=True, stdout=subprocess.DEVNULL)
shutil.move(os.path.join(beside, "openpyxl.xlsx"), os.path.join(OUT, "libreoffice.xlsx"))
subprocess.run(["soffice", "--headless", "--convert-to", "xls", "--outdir", OUT, os.path.join(OUT, "libreoffice.xlsx")], check=True, stdout=subprocess.DEVNULL)
subprocess.run(["soffice", "--headless", "--convert-to", "ods", "--outdir", OUT, os.path.join(OUT, "libreoffice.xlsx")], check=True, stdout=subprocess.DEVNULL)

# XlsxWriter writes what Excel writes, to the byte.
book = xlsxwriter.Workbook(os.path.join(OUT, "xlsxwriter.xlsx"), {"date_1904": True})
sheet = book.add_worksheet("检查对象")
text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": 14})
sheet.merge_range("A1:L1", "检查对象名录库")
sheet.write_row(1, 0, HEAD)
sheet.write_row(2, 0, [1, "特种设备库"])
sheet.write_string(2, 2, "91350100M000100Y43", text)
sheet.write_rich_string(2, 3, "甲", book.add_format({"bold": True}), "公司")
sheet.write_row(2, 4, ["生产许可证", "TS-1"])
sheet.write_datetime(2, 6, datetime.datetime(2020, 1, 2), day)
sheet.write_string(2, 7, "长期")
sheet.write_row(3, 0, [2, "食品库"])
sheet.write_number(3, 2, 9.13501e17)
sheet.write_string(3, 3, "乙公司")
sheet.write_formula(4, 3, "=1/0", None, "#DIV/0!")
sheet.autofilter("A2:L5")
sheet.filter_column("B", 'x == 特种设备库')
sheet.set_row(3, options={"hidden": True})
sheet.set_row(4, options={"hidden": True})
book.close()

with open(os.path.join(OUT, "xlsxwriter.xlsx"), "rb") as plain, open(os.path.join(OUT, "password.xlsx"), "wb") as target:
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("123456", target)
