-- Notebook outputs become report blocks: inputs are dropped, Markdown and HTML outputs are parsed, figures get their words.

local WHOLE_ROWS = 16 -- a table of at most this many rows is not broken over pages

local function typst_text(blocks)
  local text = pandoc.write(pandoc.Pandoc(blocks), "typst")
  return (text:gsub("%s+$", ""))
end

local function typst_string(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

local function cell_text(cell)
  return "[" .. typst_text(cell.contents) .. "]"
end

local function is_number(cell)
  return cell.attr.classes:includes("num")
end

-- A table with its caption above, header rows repeated, numbers to the right.
local function typst_table(t)
  local columns = #t.colspecs
  local numeric = {}
  for _, row in ipairs(t.bodies[1].body) do
    for i, cell in ipairs(row.cells) do
      numeric[i] = numeric[i] or is_number(cell)
    end
  end
  -- a text column is as wide as its longest cell deserves, within reason
  local longest = {}
  for _, row in ipairs(t.bodies[1].body) do
    for i, cell in ipairs(row.cells) do
      longest[i] = math.max(longest[i] or 15, math.min(utf8.len(pandoc.utils.stringify(cell.contents)) or 10, 70))
    end
  end
  local aligns, widths = {}, {}
  for i = 1, columns do
    aligns[i] = numeric[i] and "right" or "left"
    widths[i] = numeric[i] and "auto" or ((longest[i] or 10) .. "fr")
  end
  local lines = {}
  local function add(row)
    local cells = {}
    for _, cell in ipairs(row.cells) do
      table.insert(cells, cell_text(cell))
    end
    return table.concat(cells, ", ")
  end
  for _, row in ipairs(t.head.rows) do
    table.insert(lines, "table.header(" .. add(row) .. "),")
  end
  for _, row in ipairs(t.bodies[1].body) do
    table.insert(lines, add(row) .. ",")
  end
  local caption = typst_text(t.caption.long)
  return pandoc.RawBlock(
    "typst",
    "#report-table(breakable: " .. tostring(#t.bodies[1].body > WHOLE_ROWS) .. ", caption: [" .. caption .. "], columns: (" .. table.concat(widths, ", ") .. ",), align: ("
      .. table.concat(aligns, ", ") .. ",))(\n" .. table.concat(lines, "\n") .. "\n)"
  )
end

local function typst_cards(div)
  local cards = {}
  for _, card in ipairs(div.content) do
    local parts = {}
    for _, block in ipairs(card.content or {}) do
      -- <p class=...> loses its class in pandoc's reader; the order is name, value, explanation
      if block.t == "Para" or block.t == "Plain" or block.t == "Div" then
        table.insert(parts, "[" .. typst_text({ block }) .. "]")
      end
    end
    table.insert(cards, "(" .. table.concat(parts, ", ") .. ")")
  end
  return pandoc.RawBlock("typst", "#key-figures((" .. table.concat(cards, ", ") .. ",))")
end

local function from_html(text)
  if FORMAT:match("html") then
    return { pandoc.RawBlock("html", text) }
  end
  local blocks = pandoc.read(text, "html").blocks
  return blocks:walk({
    Table = typst_table,
    Div = function(div)
      if div.classes:includes("key-figures") then
        return typst_cards(div)
      elseif div.classes:includes("table-note") then
        return pandoc.RawBlock("typst", "#table-note[" .. typst_text(div.content) .. "]")
      end
    end,
  })
end

local function typst_math(math)
  local display = math.mathtype == "DisplayMath"
  local body = typst_text({ pandoc.Plain({ math }) })
  return pandoc.RawInline(
    "typst", "#math.equation(alt: " .. typst_string(math.text) .. ", block: " .. tostring(display) .. ", " .. body .. ")"
  )
end

local function from_markdown(text)
  local blocks = pandoc.read(text, "markdown-raw_html-raw_tex-raw_attribute").blocks
  if FORMAT:match("html") then
    return blocks
  end
  return blocks:walk({
    Math = typst_math,
    Header = function(header)
      header.level = header.level - 1 -- the title is no heading in a PDF; sections are its first level
      return header
    end,
    Div = function(div)
      if div.classes:includes("callout") then
        local kind = div.classes:includes("caution") and "caution" or "finding"
        local inside = pandoc.Blocks(div.content)
        inside:insert(1, pandoc.RawBlock("typst", "#callout(" .. typst_string(kind) .. ")["))
        inside:insert(pandoc.RawBlock("typst", "]"))
        return inside
      end
    end,
  })
end

-- One image of the two: SVG for both formats. Caption and alternative text come from the output's metadata.
local function figure(image)
  local caption, alt = image.attributes.caption or "", image.attributes.alt or ""
  if not image.src:match("%.svg$") then
    return {}
  end
  if FORMAT:match("html") then
    local plain = pandoc.Image({}, image.src, "", pandoc.Attr("", {}, { { "alt", alt } }))
    return { pandoc.Figure({ pandoc.Plain({ plain }) }, { long = { pandoc.Plain({ pandoc.Str(caption) }) } },
      pandoc.Attr(image.attributes.label or "")) }
  end
  return { pandoc.RawBlock("typst", "#report-figure(" .. typst_string("media/" .. image.src) .. ", alt: " .. typst_string(alt)
    .. ", caption: [" .. typst_text({ pandoc.Plain({ pandoc.Str(caption) }) }) .. "])") }
end

local function output(div)
  local found = pandoc.Blocks({})
  for _, block in ipairs(div.content) do
    if block.t == "RawBlock" and block.format == "markdown" then
      found:extend(from_markdown(block.text))
    elseif block.t == "RawBlock" and block.format == "html" then
      found:extend(from_html(block.text))
    elseif block.t == "Para" and block.content[1] and block.content[1].t == "Image" then
      found:extend(figure(block.content[1]))
    end
  end
  return found
end

function Pandoc(doc)
  local body = pandoc.Blocks({})
  for _, cell in ipairs(doc.blocks) do
    if cell.t == "Div" and cell.classes:includes("code") then
      for _, inside in ipairs(cell.content) do
        if inside.t == "Div" and inside.classes:includes("output") then
          body:extend(output(inside))
        end
      end
    end
  end
  doc.blocks = body
  for _, item in ipairs(pandoc.mediabag.list()) do
    if item.path:match("%.png$") then
      pandoc.mediabag.delete(item.path)
    end
  end
  return doc
end
