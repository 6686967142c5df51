// What programs of others find in a workbook: `node read.js READER FILE [TARGET]` prints JSON,
// {sheet: {address: value}}, of every cell that holds a number, a text or a truth value.
"use strict";

const [reader, file, target] = process.argv.slice(2);

const column = (index) =>
  index < 0 ? "" : column(Math.floor(index / 26) - 1) + String.fromCharCode(65 + (index % 26));

function sheetjs() {
  const XLSX = require("xlsx");
  const book = XLSX.readFile(file);
  const sheets = {};
  for (const name of book.SheetNames) {
    sheets[name] = {};
    for (const [address, cell] of Object.entries(book.Sheets[name])) {
      if (!address.startsWith("!") && cell.v !== undefined) sheets[name][address] = cell.v;
    }
  }
  return sheets;
}

// A text in several looks is a list of runs there, a formula an object with its result.
function plain(value) {
  if (value === null || value === undefined || typeof value !== "object") return value;
  if (value.richText) return value.richText.map((run) => run.text).join("");
  if (value.hyperlink !== undefined) return plain(value.text);
  // It leaves out a result that is 0.
  if (value.result === undefined && (value.formula || value.sharedFormula)) return 0;
  return plain(value.result);
}

async function exceljs() {
  const ExcelJS = require("exceljs");
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(file);
  const sheets = {};
  book.eachSheet((sheet) => {
    sheets[sheet.name] = {};
    sheet.eachRow((row) =>
      row.eachCell((cell) => {
        const value = cell.isMerged && cell.master !== cell ? undefined : plain(cell.value);
        if (value !== null && value !== undefined) sheets[sheet.name][cell.address] = value;
      })
    );
  });
  if (target) await book.xlsx.writeFile(target);
  return sheets;
}

// HyperFormula reads no files: SheetJS reads the formulas, HyperFormula computes them.
function hyperformula() {
  const XLSX = require("xlsx");
  const { HyperFormula, SimpleRangeValue } = require("hyperformula");
  const book = XLSX.readFile(file);
  const contents = {};
  for (const name of book.SheetNames) {
    const sheet = book.Sheets[name];
    const area = XLSX.utils.decode_range(sheet["!ref"]);
    const rows = [];
    for (let r = 0; r <= area.e.r; r++) {
      const row = [];
      for (let c = 0; c <= area.e.c; c++) {
        const cell = sheet[column(c) + (r + 1)];
        // 1E-09 is no number in a formula there, 1e-09 is.
        const formula = cell && cell.f && cell.f.replace(/(\d)E([-+]?\d)/g, "$1e$2");
        // It falls over array formulas: what these show is given to it.
        if (!cell) row.push(null);
        else if (formula && !cell.F) row.push("=" + formula);
        else row.push(typeof cell.v === "string" ? "'" + cell.v : cell.v === undefined ? null : cell.v);
      }
      rows.push(row);
    }
    contents[name] = rows;
  }
  const names = ((book.Workbook || {}).Names || [])
    .filter((name) => !name.Name.startsWith("_xlnm"))
    .map((name) => ({ name: name.Name, expression: "=" + name.Ref }));
  const engine = HyperFormula.buildFromSheets(contents, { licenseKey: "gpl-v3", precisionEpsilon: 0, smartRounding: false }, names);
  const sheets = {};
  for (const name of book.SheetNames) {
    sheets[name] = {};
    engine.getSheetValues(engine.getSheetId(name)).forEach((row, r) =>
      row.forEach((value, c) => {
        if (value !== null) sheets[name][column(c) + (r + 1)] = typeof value === "object" ? { error: value.value } : value;
      })
    );
  }
  return sheets;
}

const readers = { sheetjs, exceljs, hyperformula };
Promise.resolve(readers[reader]()).then((sheets) => process.stdout.write(JSON.stringify(sheets)));
