/* The questionnaire is complete without this. With it, what was filled in survives a bad network: it is kept on the
   phone for a day, under the page's path and with its token, so that it is one ballot however often it is sent. All
   words stand in the page. ES5 for old browsers. Every statement is closed, but for the last before a brace, since
   line breaks are cut out, and no property of the form is called by name, since a question can be called "submit" or
   "action". */
(function(doc,path){
function one(what){return doc.querySelector(what)}
var form=one("#sheet"),main=one("main"),go=one(".go"),state=one("#state"),note=one("#restored"),
 token=one("[name=_token]"),was=token.value,
 own=HTMLFormElement.prototype,url=path+own.getAttribute.call(form,"action"),keeps=one("[data-draft]"),
 tries,timer,busy,failed,old;

function each(what,act,at){[].forEach.call((at||main).querySelectorAll(what),act)}
function all(act){each("[name]:not([type=hidden])",function(it){act(it,/o/.test(it.type))})}
function say(word){
 state.className=word;
 state.textContent=(state.dataset[word]||"").replace("#",tries);
}

/* The draft (an o is in the types radio and checkbox, and in no other's). Where the next person may see the page, as on
   a worker's device, none is kept. */
function drop(){try{delete localStorage[path]}catch(e){}}
function draft(){
 try{
  var old=JSON.parse(localStorage[path]);
  if(Date.now()-old.at<864e5)return old;
  drop();
 }catch(e){}
}
function save(){
 var given=[];
 all(function(it,box){if(box?it.checked:it.value)given.push([it.name,it.value])});
 if(keeps)try{
  token.value=(draft()||0).token||token.value;
  localStorage[path]=JSON.stringify({at:Date.now(),token:token.value,given:given});
 }catch(e){keeps=0}
}

/* Questions that hang on an answer, and how much has been written: read out only near the end. */
function show(){
 each("[data-if]",function(part){
  var off=1,on=" "+part.dataset.in+" ";
  each("[name="+part.dataset.if+"]:checked:enabled",function(it){if(on.indexOf(" "+it.value+" ")+1)off=0});
  part.hidden=off;
  each("[name]",function(it){it.disabled=off},part);
 });
 each(".count",function(line){
  var box=line.previousElementSibling,count=box.value.length,most=box.maxLength;
  line.setAttribute("aria-live",most-count<20?"polite":"off");
  line.textContent=count+" / "+most;
 });
}
function change(){
 show();
 save();
 if(!busy){
  failed=0;
  say(keeps?"saved":"unkept");
 }
}

/* Submitting: an answer at another address is the thanks; any other answer is shown by the form's own submitting. */
function rest(is){
 busy=!is;
 go.setAttribute("aria-disabled",busy);
}
function lost(){
 var wait=[2,5,15][tries++];
 if(wait){
  say("retry");
  timer=setTimeout(send,wait*1e3);
 }else{
  rest(failed=1);
  go.textContent=go.dataset.again;
  say(keeps?"failed":"unsaved");
 }
}
function send(){
 var ask=new XMLHttpRequest();
 timer=failed=clearTimeout(timer);
 rest(0);
 if(!tries)say("sending");
 ask.open("POST",url);
 ask.timeout=2e4;
 ask.onerror=ask.ontimeout=lost;
 ask.onload=function(){
  var at=ask.responseURL;
  if(/50[234]/.test(ask.status)&&!(ask.getResponseHeader("Retry-After")>60))return lost();
  if(/200|4[01][09]/.test(ask.status))drop();
  if(at&&at.indexOf(url)<0)location.replace(at);
  else own.submit.call(form);
 };
 ask.send(new FormData(form));
}
function start(){
 tries=0;
 save();
 send();
}

doc.oninput=doc.onchange=change;
doc.onsubmit=function(){
 if(!busy)start();
 return false;
};
ononline=function(){if(timer||failed)start()};
onpageshow=rest;
onbeforeunload=function(){if(/^un/.test(state.className))return 1};
one("[name=_asked]").value="*";
if(note){
 old=draft();
 if(old){
  token.value=old.token;
  all(function(it,box){
   old.given.forEach(function(pair){
    if(pair[0]==it.name&&(!box||pair[1]==it.value)){
     it.value=pair[1];
     it.checked=1;
     note.hidden=0;
    }
   });
  });
 }
 one("#restored button").onclick=function(){
  drop();
  own.reset.call(form);
  token.value=was;
  note.hidden=1;
  say();
  show();
  one("label input,textarea").focus();
 };
}
show();
})(document,location.pathname);
