/* Swagger UI, and what the contract says beyond OpenAPI: rules with their grades, calls, examples that belong together. */
"use strict"

const given = JSON.parse(document.getElementById("given").textContent)
// Served by a sandbox, the page speaks to that one; opened as a file, to the server on this machine that the contract names.
const server = location.protocol === "file:" ? given.server : location.origin
const onServer = text => text.replaceAll(given.server, server)
given.document.servers[0].url = server
// Swagger UI resolves references of OpenAPI 3.1 against addresses of http alone (swagger-client #4258).
if (location.protocol === "file:") Object.defineProperty(document, "baseURI", { value: server })

const dark = matchMedia("(prefers-color-scheme: dark)")
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches)
dark.addEventListener("change", follow)
follow()

function ContractPlugin(system) {
  const { createElement: h, Fragment, useState } = system.React
  const coded = text => text.split("`").map((part, at) => at % 2 ? h("code", { key: at }, part) : part)

  const Fields = ({ id, heading, fields }) => h("section", { className: "contract-part", id },
    h("h3", null, heading),
    h("ul", { className: "promises" }, fields.map(({ name, type, required, assumed, description }) =>
      h("li", { key: name, className: assumed ? "assumed" : "stated" },
        h("span", { className: "state" }, assumed ? "assumed" : "stated"),
        h("div", null,
          h("p", null, h("code", null, name), " ", h("span", { className: "soft" }, type, required && ", required")),
          h("p", null, coded(description)))))))

  const Rules = ({ id, rules }) => h("section", { className: "contract-part", id },
    h("h3", null, "Rules"),
    h("p", { className: "soft" }, "What no schema can say. Stated: a document of the vendor says so. Assumed: none does."),
    h("ul", { className: "promises" }, rules.map(rule =>
      h("li", { key: rule.id, id: rule.id, className: rule.assumed ? "assumed" : "stated" },
        h("span", { className: "state" }, rule.assumed ? "assumed" : "stated"),
        h("div", null,
          h("p", null, coded(rule.promise)),
          h("p", { className: "soft" }, h("code", null, `${rule.id} · openapi.yaml, line ${rule.line}`)))))))

  const TryIt = ({ id, examples, pathMethod, parameters: declared }) => {
    const [name, choose] = useState(examples[0].name)
    const chosen = examples.find(example => example.name === name)
    const onChange = event => {
      const { parameters, body } = examples.find(example => example.name === event.target.value)
      choose(event.target.value)
      parameters.forEach(([place, name, value]) => {
        const parameter = declared.find(one => one.get("in") === place && one.get("name") === name)
        system.specActions.changeParamByIdentity(pathMethod, parameter, value, false)
      })
      system.oas3Actions.setRequestBodyValue({ value: body, pathMethod })
      system.specActions.clearResponse(...pathMethod)
    }
    return h("section", { className: "contract-part", id },
      h("h3", null, "Try it"),
      h("label", { className: "example" }, "Example request ",
        h("select", { value: name, onChange }, examples.map(({ name, summary }) => h("option", { key: name, value: name }, summary)))),
      h("p", { className: "soft" }, "It stands in the form below, ready to be sent to ", h("code", null, server), ", and here as calls, for a shell in which this was said:"),
      h("pre", { tabIndex: 0 }, onServer(given.variables)),
      Object.entries(chosen.calls).map(([tool, call]) => h("details", { key: tool },
        h("summary", null, tool),
        h("pre", { tabIndex: 0 }, onServer(call)))))
  }

  const beside = Original => props => {
    const [path, method] = props.pathMethod
    const name = `${method.toUpperCase()} ${path}`
    const { address, request, answer, rules, examples } = given.operations[name]
    const anchor = id => name === Object.keys(given.operations)[0] ? id : undefined // what the links at the top lead to
    return h(Fragment, null,
      h("p", { className: "contract-part address" }, "In production: ", h("code", null, `${method.toUpperCase()} ${address}`)),
      rules.length > 0 && h(Rules, { id: anchor("rules"), rules }),
      request.length > 0 && h(Fields, { id: anchor("request"), heading: "Fields of the request", fields: request }),
      answer.length > 0 && h(Fields, { id: anchor("answer"), heading: "Fields of the answer", fields: answer }),
      examples.length > 0 && h(TryIt, { id: anchor("try-it"), examples, ...props }),
      h(Original, props))
  }

  return {
    wrapComponents: {
      parameters: beside,
      curl: () => () => null, // it would print the key
    },
  }
}

/** Swagger UI leaves these without a name, without a way in by keyboard, or out of order. */
const MENDED = {
  ".body-param__text": { "aria-label": "Request body" },
  ".examples-select-element": { "aria-label": "Example" },
  ".modal-ux": { role: "dialog", "aria-modal": "true", "aria-label": "API key" },
  ".close-modal": { "aria-label": "Close" },
  ".modal-btn[aria-label='Remove authorization']": { "aria-label": "Logout" },
  ".modal-btn[aria-label='Apply credentials']": { "aria-label": "Authorize" },
  ".information-container": { role: "region", "aria-label": "About the contract" },
  ".opblock-tag": { "aria-level": "2" },
  ".microlight": { tabindex: "0" },
}
new MutationObserver(() => {
  for (const [selector, attributes] of Object.entries(MENDED))
    for (const element of document.querySelectorAll(selector))
      for (const [name, value] of Object.entries(attributes))
        if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}).observe(document.getElementById("reference"), { childList: true, subtree: true })

const [scheme] = Object.keys(given.document.components?.securitySchemes ?? {})
const ui = SwaggerUIBundle({
  dom_id: "#reference",
  spec: given.document,
  plugins: [ContractPlugin],
  deepLinking: false,
  defaultModelExpandDepth: 3,
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  docExpansion: "full",
  supportedSubmitMethods: [...new Set(Object.keys(given.operations).map(name => name.split(" ")[0].toLowerCase()))],
  syntaxHighlight: false,
  tryItOutEnabled: true,
  validatorUrl: null,
  onComplete: () => scheme && given.key && ui.preauthorizeApiKey(scheme, given.key),
})
