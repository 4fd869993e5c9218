// Owns: the start page's behaviour in the browser: live heads, copy buttons, "Add to wallet".
// Does not own: the page (pages.ts). It is text because the browser runs it; it finds its data in the page's attributes.
// Called by: pages.ts.

export const pageScript = `
'use strict'
const wallets = []
addEventListener('eip6963:announceProvider', (event) => wallets.push(event.detail.provider))
dispatchEvent(new Event('eip6963:requestProvider'))

const finalized = ['final', 'eth_getHeaderByNumber', ['finalized']]

for (const card of document.querySelectorAll('.lane')) {
  follow(card, 1000)
  card.querySelector('.add').addEventListener('click', () => addToWallet(card))
  for (const button of card.querySelectorAll('.copy')) button.addEventListener('click', () => copy(button))
}

function follow(card, retryMs) {
  const socket = new WebSocket(card.dataset.ws + location.search)
  socket.onopen = () => {
    retryMs = 1000
    ask(socket, ['newHeads', 'eth_subscribe', ['newHeads']], ['head', 'eth_blockNumber', []])
    if (card.querySelector('.final')) ask(socket, ['hyperHeads', 'eth_subscribe', ['hyperHeads']], finalized)
  }
  let hyperHeads
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data)
    for (const { id, result } of Array.isArray(message) ? message : [message]) {
      if (id === 'hyperHeads') hyperHeads = result
      else if (id === 'head' && result) show(card, result, false)
      else if (id === 'final' && result) text(card.querySelector('.final span'), result.number)
    }
    if (message.method !== 'eth_subscription') return
    const { subscription, result } = message.params
    if (subscription !== hyperHeads) return show(card, result.number, true)
    text(document.querySelector('.sealed b'), result.number)
    ask(socket, finalized)
  }
  socket.onclose = () => {
    card.querySelector('.head small').textContent = 'reconnecting'
    setTimeout(follow, retryMs, card, Math.min(retryMs * 2, 30000))
  }
}

function ask(socket, ...requests) {
  socket.send(JSON.stringify(requests.map(([id, method, params]) => ({ jsonrpc: '2.0', id, method, params }))))
}

function text(element, number) {
  element.textContent = Number(number).toLocaleString('en')
}

function show(card, number, isNew) {
  const head = card.querySelector('.head')
  text(head.querySelector('b'), number)
  head.querySelector('small').textContent = 'head block'
  if (!isNew) return
  head.classList.add('new')
  requestAnimationFrame(() => requestAnimationFrame(() => head.classList.remove('new')))
}

async function copy(button) {
  const text = button.previousElementSibling.textContent
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling)
    button.textContent = 'Selected'
  }
  setTimeout(() => (button.textContent = 'Copy'), 1500)
}

async function addToWallet(card) {
  const note = card.querySelector('.note')
  const wallet = wallets[0] || window.ethereum
  note.className = 'note bad'
  if (!wallet) return void (note.textContent = 'No wallet found in this browser.')
  try {
    await wallet.request({ method: 'wallet_addEthereumChain', params: [JSON.parse(card.dataset.chain)] })
    note.className = 'note'
    note.textContent = 'Added.'
  } catch (error) {
    note.textContent = error.message || 'The wallet refused.'
  }
}
`
