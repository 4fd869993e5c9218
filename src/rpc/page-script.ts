// Owns: the start page's behaviour in the browser: live heads, copy buttons, "Add to wallet".
// Does not own: the page (pages.ts). It is text because the browser runs it; it finds its data in the page's attributes.
// Called by: pages.ts.

export const pageScript = `
'use strict'
const wallets = []
addEventListener('eip6963:announceProvider', (event) => wallets.push(event.detail.provider))
dispatchEvent(new Event('eip6963:requestProvider'))

for (const card of document.querySelectorAll('.lane')) {
  follow(card, 1000)
  card.querySelector('.add').addEventListener('click', () => addToWallet(card))
  for (const button of card.querySelectorAll('.copy')) button.addEventListener('click', () => copy(button))
}

function follow(card, retryMs) {
  const socket = new WebSocket(card.dataset.ws + location.search)
  socket.onopen = () => {
    retryMs = 1000
    socket.send('[{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]},{"jsonrpc":"2.0","id":2,"method":"eth_blockNumber"}]')
  }
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data)
    if (Array.isArray(message)) {
      const number = message.find((answer) => answer.id === 2)
      if (number && number.result) show(card, number.result, false)
    } else if (message.method === 'eth_subscription') show(card, message.params.result.number, true)
  }
  socket.onclose = () => {
    card.querySelector('.head small').textContent = 'reconnecting'
    setTimeout(follow, retryMs, card, Math.min(retryMs * 2, 30000))
  }
}

function show(card, number, isNew) {
  const head = card.querySelector('.head')
  head.querySelector('b').textContent = Number(number).toLocaleString('en')
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
