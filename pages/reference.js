/* Swagger UI, and what the contract says beyond OpenAPI: rules, assumptions, complete examples and calls. */
"use strict"

const given = JSON.parse(document.getElementById("given").textContent)
// Requests go to the sandbox that served the page or, if it was opened as a file, to the local server of the contract.
const server = location.protocol === "file:" ? given.server : location.origin
const onServer = text => text.replaceAll(given.server, server)
given.document.servers[0].url = server
// Swagger UI resolves references of OpenAPI 3.1 only against http addresses (swagger-client #4258).
if (location.protocol === "file:") Object.defineProperty(document, "baseURI", { value: server })

const dark = matchMedia("(prefers-color-scheme: dark)")
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches)
dark.addEventListener("change", follow)
follow()

function ContractPlugin(system) {
  const { createElement: h, Fragment, useEffect, useState } = system.React
  const coded = text => text.split("`").map((part, at) => at % 2 ? h("code", { key: at }, part) : part)

  const Fields = ({ id, heading, fields }) => fields.length > 0 && h("section", { className: "contract-part", id },
    h("h3", null, heading),
    h("ul", { className: "rules" }, fields.map(({ name, type, required, assumed, description }) =>
      h("li", { key: name, className: assumed ? "assumed" : "stated" },
        h("span", { className: "state" }, assumed ? "assumed" : "stated"),
        h("div", null,
          h("p", null, h("code", null, name), " ", h("span", { className: "soft" }, type, required && ", required")),
          h("p", null, coded(description)))))))

  const Rules = ({ id, rules }) => rules.length > 0 && h("section", { className: "contract-part", id },
    h("h3", null, "Rules"),
    h("p", { className: "soft" }, "Behaviour that a schema cannot express. Stated: in the vendor's documentation. Assumed: nowhere documented."),
    h("ul", { className: "rules" }, rules.map(rule =>
      h("li", { key: rule.id, id: rule.anchor, className: rule.assumed ? "assumed" : "stated" },
        h("span", { className: "state" }, rule.assumed ? "assumed" : "stated"),
        h("div", null,
          h("p", null, coded(rule.text)),
          h("p", { className: "soft" }, h("code", null, `${rule.id} · openapi.yaml, line ${rule.line}`)))))))

  const TryIt = ({ id, examples, pathMethod, parameters: declared }) => {
    const [name, choose] = useState(examples[0].name)
    const chosen = examples.find(example => example.name === name)
    useEffect(() => { // fill in the form with the example
      chosen.parameters.forEach(([place, name, value]) => {
        const parameter = declared.find(one => one.get("in") === place && one.get("name") === name)
        system.specActions.changeParamByIdentity(pathMethod, parameter, value, false)
      })
      if (chosen.body !== null) system.oas3Actions.setRequestBodyValue({ value: chosen.body, pathMethod })
      system.specActions.clearResponse(...pathMethod)
    }, [name])
    return h("section", { className: "contract-part", id },
      h("h3", null, "Try it"),
      h("label", { className: "example" }, "Example request ",
        h("select", { value: name, onChange: event => choose(event.target.value) }, examples.map(({ name, summary }) => h("option", { key: name, value: name }, summary)))),
      h("p", { className: "soft" }, "It is in the form below, ready to be sent to ", h("code", null, server), ", and here as commands and code. First run:"),
      h("pre", { tabIndex: 0 }, onServer(given.variables)),
      Object.entries(chosen.calls).map(([tool, call]) => h("details", { key: tool },
        h("summary", null, tool),
        h("pre", { tabIndex: 0 }, onServer(call)))))
  }

  const addContractParts = Original => props => {
    const [path, method] = props.pathMethod
    const name = `${method.toUpperCase()} ${path}`
    const { id, address, request, response, rules, examples } = given.operations[name]
    const parts = [["rules", "Rules", rules], ["request", "Request", request], ["response", "Response", response], ["try-it", "Try it", examples]]
    return h(Fragment, null,
      h("p", { className: "contract-part address", id }, "In production: ", h("code", null, `${method.toUpperCase()} ${address}`)),
      h("nav", { className: "parts", "aria-label": `Parts of ${name}` }, parts.filter(([, , list]) => list.length > 0).map(([part, label]) =>
        h("a", { key: part, href: `#${id}-${part}` }, label))),
      h(Rules, { id: `${id}-rules`, rules }),
      h(Fields, { id: `${id}-request`, heading: "Fields of the request", fields: request }),
      h(Fields, { id: `${id}-response`, heading: "Fields of the response", fields: response }),
      examples.length > 0 && h(TryIt, { id: `${id}-try-it`, examples, ...props }),
      h(Original, props))
  }

  return {
    wrapComponents: {
      parameters: addContractParts,
      curl: () => () => null, // it would show the key
    },
  }
}

/** Attributes that elements of Swagger UI lack: names, roles, and keyboard access. */
const ATTRIBUTES = {
  ".body-param__text": { "aria-label": "Request body" },
  ".examples-select-element": { "aria-label": "Example" },
  ".modal-ux": { role: "dialog", "aria-modal": "true", "aria-label": "API key" },
  ".close-modal": { "aria-label": "Close" },
  ".modal-btn[aria-label='Remove authorization']": { "aria-label": "Logout" },
  ".modal-btn[aria-label='Apply credentials']": { "aria-label": "Authorize" },
  ".information-container": { role: "region", "aria-label": "About the contract" },
  ".opblock-tag": { "aria-level": "2" },
  ".microlight": { tabindex: "0" },
  ".responses-table": { role: "table" }, // its regions would all have the same name
}
new MutationObserver(() => {
  for (const [selector, attributes] of Object.entries(ATTRIBUTES))
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
